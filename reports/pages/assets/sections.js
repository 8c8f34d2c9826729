// Sections fold. On a narrow screen they begin folded, and their headings are the page's index; a link
// into one opens it, and a printed page has them all.
const sections = Array.from(document.querySelectorAll('details.fold'));
const narrow = window.matchMedia('screen and (max-width: 760px)');

function openAll(open) { sections.forEach((section) => { section.open = open; }); }

function openAround(element) {
  for (let box = element; box; box = box.parentElement) if (box.tagName === 'DETAILS') box.open = true;
}

function targetOf(address) {
  try {
    return document.getElementById(decodeURIComponent(address.slice(1)));
  } catch (malformed) {
    return null;
  }
}

if (sections.length > 1) {
  const button = document.createElement('button');
  button.type = 'button';
  const label = () => {
    button.textContent = sections.every((section) => section.open) ? 'Fold all' : 'Open all';
  };
  button.addEventListener('click', () => openAll(button.textContent === 'Open all'));
  sections.forEach((section) => section.addEventListener('toggle', label));
  document.querySelector('nav').append(button);
  if (narrow.matches) {
    document.documentElement.classList.add('folding');
    openAll(false);
  }
  label();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link) openAround(targetOf(link.getAttribute('href')));
});
if (targetOf(location.hash)) {
  openAround(targetOf(location.hash));
  targetOf(location.hash).scrollIntoView();
}

let folded = [];
window.addEventListener('beforeprint', () => {
  folded = sections.filter((section) => !section.open);
  openAll(true);
});
window.addEventListener('afterprint', () => folded.forEach((section) => { section.open = false; }));

// Behind it all sections are open, for the checks that follow.
if (sections.length > 1) checks.push(['sections', (expect) => {
  const open = () => sections.filter((section) => section.open).length;
  expect(open() === (narrow.matches ? 0 : sections.length), 'folded on a narrow screen alone');
  if (narrow.matches)
    expect(document.documentElement.scrollHeight < 6 * window.innerHeight, 'a folded page is short');
  const head = document.querySelector('.verdict h2');
  const figure = document.querySelector('.verdict p.figure');
  for (const element of [head, figure, ...document.querySelectorAll('.alarm')])
    if (element)
      expect(element.getBoundingClientRect().top < window.innerHeight, 'verdict and warnings stand first');
  openAll(false);
  const inner = sections.map((section) => section.querySelector('h3')).find((heading) => heading);
  const link = document.createElement('a');
  link.href = '#' + (inner || sections[0].querySelector('h2')).id;
  link.addEventListener('click', (event) => event.preventDefault());  // some browsers open by themselves
  document.body.append(link);
  link.click();
  link.remove();
  expect(open() === 1, 'a link opens the section that it leads into');
  window.dispatchEvent(new Event('beforeprint'));
  expect(open() === sections.length, 'a printed page has every section');
  window.dispatchEvent(new Event('afterprint'));
  expect(open() === 1, 'and is as before behind it');
  openAll(true);
}]);

// At any width nothing of a figure's table is cut without a hint: a narrow screen shows every cell.
checks.push(['cells', (expect) => {
  if (!narrow.matches) return;
  let seen = 0;
  for (const cell of document.querySelectorAll('.scroll td, .scroll tbody th')) {
    const box = cell.getBoundingClientRect();
    if (box.width === 0) continue;
    ++seen;
    expect(box.left >= 0 && box.right <= window.innerWidth + 0.5,
      'a narrow screen shows a cell whole: ' + cell.textContent.slice(0, 40));
    expect(cell.scrollWidth <= cell.clientWidth + 1, 'and its text: ' + cell.textContent.slice(0, 40));
  }
  expect(seen > 0, 'cells are shown');
}]);
