'use strict';
// The page is whole without scripts; these add sorting, zooming, searching and stepping. Each part
// registers what it can check of itself, which #selftest runs (selftest.js).
const checks = [];

function cellValue(row, column) {
  const cell = row.cells[column];
  return cell.dataset.v === undefined ? null : Number(cell.dataset.v);
}

function compareRows(column, sign) {
  return (a, b) => {
    const x = cellValue(a, column), y = cellValue(b, column);
    if (x !== null && y !== null) return sign * (x - y);
    if (x !== null || y !== null) return x !== null ? -1 : 1;  // what is not there stands last
    return sign * a.cells[column].textContent.localeCompare(b.cells[column].textContent);
  };
}

// Totals keep their place below the rows that they sum.
function sortTable(table, column) {
  const heads = Array.from(table.tHead.rows[0].cells);
  const body = table.tBodies[0];
  const numbers = Array.from(body.rows).some((row) => cellValue(row, column) !== null);
  const before = heads[column].getAttribute('aria-sort');
  const first = numbers ? 'descending' : 'ascending';
  const second = numbers ? 'ascending' : 'descending';
  const order = before === first ? second : first;
  heads.forEach((head) => head.removeAttribute('aria-sort'));
  heads[column].setAttribute('aria-sort', order);
  const rows = Array.from(body.rows);
  const items = rows.filter((row) => !row.classList.contains('sum'));
  const sums = rows.filter((row) => row.classList.contains('sum'));
  items.sort(compareRows(column, order === 'ascending' ? 1 : -1));
  items.concat(sums).forEach((row) => body.appendChild(row));
}

for (const table of document.querySelectorAll('table.sortable')) {
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    button.title = 'Sort by this column';
    button.addEventListener('click', () => sortTable(table, column));
    head.textContent = '';
    head.appendChild(button);
  });
}

checks.push(['sorting', (expect) => {
  let sorted = 0;
  for (const table of document.querySelectorAll('table.sortable')) {
    const rows = () => Array.from(table.tBodies[0].rows);
    const columns = table.tHead.rows[0].cells.length;
    const before = rows();
    for (let column = 0; column < columns; ++column) {
      for (const press of [1, 2]) {
        table.tHead.rows[0].cells[column].querySelector('button').click();
        const order = table.tHead.rows[0].cells[column].getAttribute('aria-sort');
        expect(order === 'ascending' || order === 'descending', 'aria-sort, press ' + press);
        expect(table.querySelectorAll('th[aria-sort]').length === 1, 'one sorted column');
        const values = rows().filter((row) => !row.classList.contains('sum'))
          .map((row) => cellValue(row, column)).filter((value) => value !== null);
        const sign = order === 'ascending' ? 1 : -1;
        expect(values.every((value, i) => i === 0 || sign * (value - values[i - 1]) >= 0),
          'column ' + column + ' of ' + table.getAttribute('aria-labelledby') + ' is in order');
        sorted += values.length > 1 ? 1 : 0;
      }
    }
    expect(rows().length === before.length, 'no row is lost');
    const sums = rows().map((row) => row.classList.contains('sum'));
    expect(sums.indexOf(true) < 0 || sums.lastIndexOf(false) < sums.indexOf(true), 'sums stand last');
    before.forEach((row) => table.tBodies[0].appendChild(row));
    table.querySelectorAll('th[aria-sort]').forEach((head) => head.removeAttribute('aria-sort'));
  }
  expect(sorted > 0, 'a column with more than one figure was sorted');
}]);
