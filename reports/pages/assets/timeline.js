// The timeline shows the median iteration; the others are in the page and wait to be chosen. All
// pictures show the same part of the time axis.
const kMostZoom = 64;

class Timeline {
  constructor(figure) {
    this.figure = figure;
    this.iterations = Array.from(figure.querySelectorAll('.iteration'));
    this.lanes = Array.from(figure.querySelectorAll('.lane svg'));
    this.columns = this.lanes.map((lane) => lane.viewBox.baseVal.width);
    this.axes = Array.from(figure.querySelectorAll('.axis'));
    this.drawn = this.axes.map((axis) => axis.innerHTML);
    this.from = 0;
    this.to = 1;
    this.tools();
    for (const picture of figure.querySelectorAll('svg.timeline')) {
      picture.setAttribute('tabindex', '0');
      picture.addEventListener('keydown', (event) => this.key(event));
      picture.addEventListener('pointerdown', (event) => { this.pressed = this.place(picture, event); });
      picture.addEventListener('pointerup', (event) => this.released(this.place(picture, event)));
      picture.addEventListener('dblclick', () => this.show(0, 1));
    }
  }

  tools() {
    const bar = document.createElement('div');
    bar.className = 'tools';
    if (this.iterations.length > 1) {
      const label = document.createElement('label');
      label.textContent = 'Iteration: ';
      const select = document.createElement('select');
      this.iterations.forEach((each) => select.add(new Option(each.dataset.name, each.dataset.name)));
      select.addEventListener('change', () => this.choose(select.value));
      label.append(select);
      bar.append(label);
    }
    const button = (text, name, action) => {
      const element = document.createElement('button');
      element.type = 'button';
      element.textContent = text;
      element.setAttribute('aria-label', name);
      element.addEventListener('click', action);
      bar.append(element);
    };
    button('+', 'Zoom in', () => this.zoom(2));
    button('\u2212', 'Zoom out', () => this.zoom(0.5));
    button('\u2190', 'Earlier', () => this.move(-0.5));
    button('\u2192', 'Later', () => this.move(0.5));
    button('Reset zoom', 'Show the whole iteration', () => this.show(0, 1));
    const hint = document.createElement('span');
    hint.className = 'hint';
    hint.textContent = 'Drag over a part to zoom; with the keyboard: + \u2212, arrows, Escape. '
      + 'Sums are of the whole iteration.';
    bar.append(hint);
    this.iterations[0].before(bar);
  }

  choose(name) { this.iterations.forEach((each) => { each.hidden = each.dataset.name !== name; }); }

  // Where on the axis, from 0 to 1.
  place(picture, event) {
    const box = picture.getBoundingClientRect();
    return this.from + (event.clientX - box.left) / box.width * (this.to - this.from);
  }

  released(at) {
    if (this.pressed === undefined) return;
    const [from, to] = [Math.min(at, this.pressed), Math.max(at, this.pressed)];
    this.pressed = undefined;
    if (to - from > (this.to - this.from) / 100) this.show(from, to);
  }

  key(event) {
    const actions = {
      '+': () => this.zoom(2), '=': () => this.zoom(2), '-': () => this.zoom(0.5),
      ArrowLeft: () => this.move(-0.25), ArrowRight: () => this.move(0.25), Escape: () => this.show(0, 1),
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    actions[event.key]();
    event.preventDefault();
  }

  zoom(factor) {
    const middle = (this.from + this.to) / 2, half = (this.to - this.from) / factor / 2;
    this.show(middle - half, middle + half);
  }

  move(parts) {
    const by = (this.to - this.from) * parts;
    this.show(this.from + by, this.to + by);
  }

  show(from, to) {
    const width = Math.min(1, Math.max(1 / kMostZoom, to - from));
    this.from = Math.min(Math.max(0, from), 1 - width);
    this.to = this.from + width;
    this.lanes.forEach((lane, i) => {
      lane.setAttribute('viewBox', `${this.from * this.columns[i]} 0 ${width * this.columns[i]} 1`);
    });
    this.axes.forEach((axis, i) => {
      if (width === 1) axis.innerHTML = this.drawn[i]; else this.label(axis);
    });
  }

  label(axis) {
    const whole = Number(axis.dataset.seconds), width = (this.to - this.from) * whole;
    const decade = 10 ** Math.floor(Math.log10(width / 4));
    const step = [1, 2, 5, 10].map((each) => each * decade).find((each) => each >= width / 5);
    axis.replaceChildren();
    for (let n = Math.ceil(this.from * whole / step); n * step <= this.to * whole; ++n) {
      const x = `${(n * step / whole - this.from) / (this.to - this.from) * 100}%`;
      const add = (kind, attributes) => {
        const element = document.createElementNS('http://www.w3.org/2000/svg', kind);
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
        axis.append(element);
        return element;
      };
      add('line', { class: 'grid', x1: x, x2: x, y1: 0, y2: axis.dataset.top });
      add('text', { class: 'tick', x, y: Number(axis.dataset.top) + 15, 'text-anchor': 'middle' })
        .textContent = seconds(n * step);
    }
  }
}

function seconds(value) {
  const [factor, unit] = value >= 1 ? [1, 's'] : value >= 1e-3 ? [1e3, 'ms'] : [1e6, '\u00b5s'];
  return Number((value * factor).toPrecision(6)) + unit;
}

const timelineFigure = document.querySelector('#plot-timeline');
if (timelineFigure && timelineFigure.querySelector('.iteration')) {
  const timeline = new Timeline(timelineFigure);
  checks.push(['timeline', (expect) => {
    for (const picture of document.querySelectorAll('svg.timeline')) {
      const wall = Number(picture.dataset.wall);
      const lanes = Array.from(picture.querySelectorAll('.lane'));
      expect(lanes.length > 0, 'there are lanes');
      for (const lane of lanes) {
        const sum = lane.dataset.sums.split(' ').reduce((all, each) => all + Number(each), 0);
        expect(Math.abs(sum - wall) <= 1e-6 + wall * 1e-6, 'a lane adds up to its iteration');
        const told = Array.from(lane.querySelectorAll('.value'))
          .filter((text) => getComputedStyle(text).display !== 'none');
        expect(told.length === 1 && told[0].classList.contains('short') === narrow.matches,
          'a narrow screen shows shares, a wide one times');
        expect(told.every((text) => text.getBoundingClientRect().right <= window.innerWidth),
          'which are not cut');
      }
    }
    for (const each of timeline.iterations) {
      timeline.choose(each.dataset.name);
      expect(timeline.iterations.filter((one) => !one.hidden).length === 1, 'one iteration at a time');
      expect(each.getBoundingClientRect().height > 0, each.dataset.name + ' is shown');
    }
    timeline.choose(timeline.iterations[0].dataset.name);
    const width = () => timeline.lanes[0].viewBox.baseVal.width;
    const whole = width();
    timeline.lanes[0].closest('svg.timeline').dispatchEvent(new KeyboardEvent('keydown', { key: '+' }));
    expect(Math.abs(width() - whole / 2) < 1e-6, 'the keyboard zooms a lane to half of its time');
    expect(timeline.axes.every((axis) => axis.querySelectorAll('text').length > 1), 'a zoomed axis has ticks');
    timeline.show(0.9, 5);
    expect(timeline.to === 1, 'zooming stays within the iteration');
    timeline.show(0, 1);
    expect(width() === whole && timeline.axes[0].innerHTML === timeline.drawn[0], 'reset shows all');
  }]);
}
