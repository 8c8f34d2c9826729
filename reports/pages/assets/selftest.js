// With #selftest in its address the page tries its own controls and tells the result in an element
// with the id "selftest", which a test reads.
function selfTest() {
  const failures = [];
  let expectations = 0;
  const drawn = document.querySelectorAll('figure');
  checks.push(['figures', (expect) => {
    expect(drawn.length > 0, 'there are figures');
    for (const figure of drawn) {
      const marks = figure.querySelectorAll('circle, rect, path, .bar').length
        + Array.from(figure.querySelectorAll('img')).filter((image) => image.naturalWidth > 0).length;
      const reason = figure.querySelector('.unavailable');
      expect(marks > 0 || reason, figure.id + ' has marks or a reason for none');
    }
    expect(document.documentElement.scrollWidth <= window.innerWidth, 'the page fits its window');
  }]);
  for (const [name, run] of checks) {
    const expect = (holds, what) => {
      ++expectations;
      if (!holds) failures.push(name + ': ' + what);
    };
    try {
      run(expect);
    } catch (error) {
      failures.push(name + ': ' + error);
    }
  }
  const result = document.createElement('pre');
  result.id = 'selftest';
  result.textContent = failures.length === 0
    ? 'selftest: ' + window.innerWidth + ' pixels: ' + checks.map((check) => check[0]).join(', ') + ': ' + expectations + ' expectations hold'
    : 'selftest failed: ' + failures.slice(0, 20).join('; ');
  document.body.appendChild(result);
}

if (location.hash === '#selftest') selfTest();
