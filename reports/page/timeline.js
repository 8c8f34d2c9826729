// The timeline shows the median iteration; the others are in the page and wait to be chosen.
const iterations = Array.from(document.querySelectorAll('#plot-timeline .iteration'));

function showIteration(name) {
  iterations.forEach((each) => { each.hidden = each.dataset.name !== name; });
}

if (iterations.length > 1) {
  const bar = document.createElement('div');
  bar.className = 'tools';
  const label = document.createElement('label');
  label.textContent = 'Iteration: ';
  const select = document.createElement('select');
  iterations.forEach((each) => select.add(new Option(each.dataset.name, each.dataset.name)));
  select.addEventListener('change', () => showIteration(select.value));
  label.append(select);
  bar.append(label);
  iterations[0].parentNode.insertBefore(bar, iterations[0]);
}

if (iterations.length > 0) checks.push(['timeline', (expect) => {
  for (const picture of document.querySelectorAll('svg.timeline')) {
    const wall = Number(picture.dataset.wall);
    const lanes = Array.from(picture.querySelectorAll('.lane'));
    expect(lanes.length > 0, 'there are lanes');
    for (const lane of lanes) {
      const sum = lane.dataset.sums.split(' ').reduce((all, each) => all + Number(each), 0);
      expect(Math.abs(sum - wall) <= 1e-6 + wall * 1e-6, 'a lane adds up to its iteration');
    }
  }
  for (const each of iterations) {
    showIteration(each.dataset.name);
    expect(iterations.filter((one) => !one.hidden).length === 1, 'one iteration at a time');
    expect(each.getBoundingClientRect().height > 0, each.dataset.name + ' is shown');
  }
  showIteration(iterations[0].dataset.name);
}]);
