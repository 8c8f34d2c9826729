// Flame graphs: the SVG's own frames are the data. A frame's place is kept in percent of the whole
// picture; zooming maps a frame's range to the full width.
const kRoom = 1e-3;  // positions are written with three decimals

function readFrames(graph) {
  return Array.from(graph.querySelectorAll('svg.frame')).map((element) => ({
    element,
    x: parseFloat(element.getAttribute('x')),
    width: parseFloat(element.getAttribute('width')),
    y: parseFloat(element.getAttribute('y')),
    title: element.querySelector('title').textContent,
    name: element.querySelector('title').textContent.split('\n')[0],
  }));
}

function holds(outer, inner) {
  return outer.x <= inner.x + kRoom && inner.x + inner.width <= outer.x + outer.width + kRoom;
}

class FlameGraph {
  constructor(figure) {
    this.graph = figure.querySelector('svg.flamegraph');
    this.frames = readFrames(this.graph);
    this.root = this.frames[0];
    this.up = this.frames.some((frame) => frame.y < this.root.y) ? -1 : 1;
    this.zoomed = this.root;
    this.current = this.root;
    this.tools(figure);
    this.graph.setAttribute('tabindex', '0');
    this.graph.addEventListener('click', (event) => {
      const element = event.target.closest('svg.frame');
      const frame = this.frames.find((each) => each.element === element);
      if (frame) { this.select(frame); this.zoom(frame); }
    });
    this.graph.addEventListener('mouseover', (event) => {
      const element = event.target.closest('svg.frame');
      const frame = this.frames.find((each) => each.element === element);
      if (frame) this.detail.textContent = frame.title.replace(/\n/g, '  ·  ');
    });
    this.graph.addEventListener('keydown', (event) => this.key(event));
    this.label();
    window.addEventListener('resize', () => this.label());
    const section = figure.closest('details');
    if (section) section.addEventListener('toggle', () => this.label());
    const input = figure.parentElement.querySelector(':scope > input');
    if (input) input.addEventListener('change', () => this.label());
  }

  tools(figure) {
    const bar = document.createElement('div');
    bar.className = 'tools';
    this.input = document.createElement('input');
    this.input.type = 'search';
    this.input.placeholder = 'Search functions';
    this.input.setAttribute('aria-label', 'Search functions in this graph');
    this.input.addEventListener('input', () => this.search(this.input.value));
    this.reset = document.createElement('button');
    this.reset.type = 'button';
    this.reset.textContent = 'Reset zoom';
    this.reset.addEventListener('click', () => this.zoom(this.root));
    this.found = document.createElement('output');
    const hint = document.createElement('span');
    hint.className = 'hint';
    hint.textContent = 'Click a frame to zoom; with the keyboard: arrows, Enter, Escape.';
    bar.append(this.input, this.reset, this.found, hint);
    this.detail = document.createElement('p');
    this.detail.className = 'detail';
    this.detail.setAttribute('aria-live', 'polite');
    this.detail.textContent = '\u00a0';
    figure.insertBefore(bar, this.graph);
    figure.append(this.detail);  // behind the legend, which follows the picture
  }

  deeper(frame, other) { return this.up * (other.y - frame.y) > 0; }

  zoom(target) {
    this.zoomed = target;
    for (const frame of this.frames) {
      const { style } = frame.element;
      const ancestor = this.deeper(frame, target) && holds(frame, target);
      const below = frame === target || (this.deeper(target, frame) && holds(target, frame));
      style.display = ancestor || below ? '' : 'none';
      frame.element.classList.toggle('above', ancestor);
      const x = ancestor ? 0 : (frame.x - target.x) / target.width * 100;
      const width = ancestor ? 100 : frame.width / target.width * 100;
      frame.element.setAttribute('x', x.toFixed(3) + '%');
      frame.element.setAttribute('width', width.toFixed(3) + '%');
      frame.shown = ancestor || below ? width : 0;
    }
    this.label();
  }

  // Frames that zooming made wide enough get their names; narrow ones show none.
  label() {
    const pixels = this.graph.clientWidth || this.graph.getBoundingClientRect().width;
    if (!pixels) return;  // the figure is not shown now
    for (const frame of this.frames) {
      const width = (frame.shown === undefined ? frame.width : frame.shown) / 100 * pixels;
      let text = frame.element.querySelector('text');
      if (!text && width >= 24) {
        text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
        text.setAttribute('x', '3');
        text.setAttribute('y', '12.5');
        frame.element.appendChild(text);
      }
      if (text) text.textContent = width < 24 ? '' : this.fitting(frame.name, width);
    }
  }

  // A C++ name says most at its end; namespaces go first where there is too little room.
  fitting(name, width) {
    const room = Math.floor((width - 4) / 6.3);
    if (name.length <= room) return name;
    const last = name.slice(name.lastIndexOf('::') + 2 || 0);
    const short = name.includes('::') && !name.includes('<') ? last : name;
    return short.length <= room ? short : short.slice(0, Math.max(room - 1, 1)) + '…';
  }

  // The share of the picture's width below frames whose name holds the text; nested ones count once.
  search(text) {
    const wanted = text.trim().toLowerCase();
    const matches = this.frames.filter((frame) => {
      const match = wanted !== '' && frame.name.toLowerCase().includes(wanted);
      frame.element.classList.toggle('match', match);
      return match;
    });
    this.graph.classList.toggle('searching', wanted !== '');
    const outer = matches.filter((frame) =>
      !matches.some((other) => this.deeper(other, frame) && holds(other, frame)));
    const share = outer.reduce((sum, frame) => sum + frame.width, 0);
    this.found.textContent = wanted === '' ? '' : matches.length === 0 ? 'no match'
      : matches.length + ' frames, ' + share.toFixed(2) + ' % of the width';
    return { count: matches.length, share };
  }

  select(frame) {
    this.current.element.classList.remove('current');
    this.current = frame;
    frame.element.classList.add('current');
    this.detail.textContent = frame.title.replace(/\n/g, '  ·  ');
  }

  row(y) {
    return this.frames.filter((frame) => frame.y === y && frame.element.style.display !== 'none')
      .sort((a, b) => a.x - b.x);
  }

  neighbour(key) {
    const { current } = this;
    const level = current.element.getAttribute('height') * 1 + 1;
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const row = this.row(current.y);
      return row[row.indexOf(current) + (key === 'ArrowLeft' ? -1 : 1)];
    }
    const up = key === 'ArrowUp' ? -1 : 1;
    const next = this.row(current.y + up * level);
    if (up !== this.up) return next.find((frame) => holds(frame, current));
    return next.filter((frame) => holds(current, frame)).sort((a, b) => b.width - a.width)[0];
  }

  key(event) {
    if (event.key === 'Enter') this.zoom(this.current);
    else if (event.key === 'Escape') { this.zoom(this.root); this.select(this.root); }
    else if (event.key.startsWith('Arrow')) {
      const next = this.neighbour(event.key);
      if (next) this.select(next);
    } else return;
    event.preventDefault();
  }
}

const flameGraphs = Array.from(document.querySelectorAll('figure.flame'))
  .filter((figure) => figure.querySelector('svg.flamegraph'))
  .map((figure) => new FlameGraph(figure));

if (flameGraphs.length > 0) checks.push(['flame graphs', (expect) => {
  for (const flame of flameGraphs) {
    const shown = () => flame.frames.filter((frame) => frame.element.style.display !== 'none');
    const all = shown().length;
    expect(Math.abs(flame.root.width - 100) < kRoom, 'the root takes the whole width');
    const inner = flame.frames.filter((frame) => frame.width < 99)
      .sort((a, b) => b.width - a.width)[0];
    if (inner) {
      flame.zoom(inner);
      expect(inner.element.getAttribute('width') === '100.000%', 'a zoomed frame takes the width');
      expect(shown().length < all, 'zooming hides what lies beside');
      flame.zoom(flame.root);
      expect(shown().length === all, 'resetting shows every frame');
      expect(Math.abs(parseFloat(inner.element.getAttribute('x')) - inner.x) < kRoom, 'in its place');
      const hit = flame.search(inner.name);
      expect(hit.count > 0 && hit.share >= inner.width - kRoom && hit.share < 100 + kRoom,
        'a search for a frame finds it');
    }
    expect(flame.search('[(*').count === flame.frames.filter((f) => f.name.includes('[(*')).length,
      'a search takes its text literally');
    flame.search('');
    flame.select(flame.root);
    for (const key of [flame.up < 0 ? 'ArrowUp' : 'ArrowDown', 'Enter'])
      flame.graph.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    expect(flame.frames.length === 1 || flame.current !== flame.root, 'an arrow selects a child');
    expect(flame.zoomed === flame.current, 'Enter zooms into it');
    flame.graph.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(flame.zoomed === flame.root, 'Escape shows the whole');
    flame.current.element.classList.remove('current');
    flame.detail.textContent = '\u00a0';
  }
}]);

const switches = Array.from(document.querySelectorAll('.switched'));

if (switches.length > 0) checks.push(['switches', (expect) => {
  for (const box of switches) {
    const input = box.querySelector('input');
    const figures = Array.from(box.querySelectorAll('figure'));
    const shown = () => figures.filter((figure) => figure.getBoundingClientRect().height > 0);
    expect(figures.length === 2, 'a switch has two figures');
    expect(shown().length === 1 && shown()[0] === figures[0], 'folded frames are shown first');
    input.click();
    expect(shown().length === 1 && shown()[0] === figures[1], 'the switch shows all frames');
    const names = () => Array.from(figures[1].querySelectorAll('svg.frame text'))
      .map((text) => text.textContent).join();
    const shownNames = names();
    flameGraphs.find((flame) => figures[1].contains(flame.graph)).label();
    expect(names() === shownNames && shownNames.startsWith('all'),
      'the frames that were hidden have names that fit');
    input.click();
    expect(shown().length === 1 && shown()[0] === figures[0], 'and folds them again');
  }
}]);
