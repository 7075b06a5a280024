
(() => {
  'use strict';
  const root = document.documentElement;
  const ROWS = 10;
  const charts = new Map();

  const colour = name => getComputedStyle(root).getPropertyValue('--' + name).trim();

  /* Names with a meaning have a colour of their own; the others take turns. */
  const NAMED = {
    'critical': 'critical', 'high': 'high', 'medium': 'medium', 'low': 'low',
    'applied': 'good', 'verified': 'c2', 'undone': 'c1', 'failed': 'critical', 'refused': 'high',
    'skipped': 'c5', 'waiting': 'medium', 'intended': 'c8',
    '2xx': 'good', '3xx': 'c1', '4xx': 'medium', '5xx': 'critical',
    'blocked': 'critical', 'let-through': 'c5'
  };
  const colourOf = (name, index) => colour(NAMED[name] || 'c' + (index % 8 + 1));

  const number = cell => Number(cell.dataset.value || 0);

  /* Marks of an axis, in the unit of the figures. */
  const short = value => value.toLocaleString('en', { maximumFractionDigits: 1 });
  function scaled(value, units, step) {
    let power = 0;
    while (Math.abs(value) >= step && power < units.length - 1) {
      value /= step;
      power++;
    }
    return short(value) + ' ' + units[power];
  }
  const MARKS = {
    rate: value => value.toLocaleString('en', { maximumSignificantDigits: 2 }) + '/s',
    bytes: value => scaled(value, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], 1000),
    nanos: value => Math.abs(value) < 1e9 ? short(value / 1e6) + ' ms'
        : Math.abs(value) < 120e9 ? short(value / 1e9) + ' s'
          : Math.abs(value) < 7200e9 ? short(value / 60e9) + ' min' : short(value / 3600e9) + ' h'
  };

  /* A table of a chart: names down the first column, a series in each other. */
  function read(table) {
    const heads = [...table.tHead.rows[0].cells].slice(1);
    const rows = [...table.tBodies[0].rows];
    return {
      labels: rows.map(row => row.cells[0].textContent),
      series: heads.map((head, i) => ({
        label: head.textContent,
        name: head.dataset.colour || '',
        values: rows.map(row => number(row.cells[i + 1])),
        texts: rows.map(row => row.cells[i + 1].textContent)
      }))
    };
  }

  function common() {
    return {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      plugins: {
        legend: {
          labels: { color: colour('text'), boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 3 }
        },
        tooltip: {
          callbacks: {
            label: item => ' ' + item.dataset.label + ': ' + (item.dataset.texts[item.dataIndex] || '0')
          }
        }
      }
    };
  }

  function bars(data, unit) {
    const options = common();
    options.plugins.legend.position = 'bottom';
    options.plugins.legend.display = data.series.length > 1;
    options.plugins.legend.align = 'start';
    options.interaction = { mode: 'index', intersect: false };
    options.plugins.tooltip.filter = item => item.raw > 0;
    const ticks = { color: colour('quiet'), font: { size: 11 } };
    options.scales = {
      x: {
        stacked: true,
        grid: { display: false },
        border: { color: colour('line') },
        ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 18 }
      },
      y: {
        stacked: true,
        beginAtZero: true,
        grid: { color: colour('line') },
        border: { display: false },
        ticks: { ...ticks, ...(unit === 'rate' ? {} : { precision: 0 }), maxTicksLimit: 6 }
      }
    };
    if (MARKS[unit]) {
      options.scales.y.ticks.callback = MARKS[unit];
    }
    return {
      type: 'bar',
      data: {
        labels: data.labels,
        datasets: data.series.map((series, i) => ({
          label: series.label,
          data: series.values,
          texts: series.texts,
          backgroundColor: colourOf(series.name, i),
          borderRadius: 2,
          maxBarThickness: 26,
          categoryPercentage: .92,
          barPercentage: .92
        }))
      },
      options
    };
  }

  function donut(data) {
    const options = common();
    options.cutout = '64%';
    options.plugins.legend.position = 'right';
    options.plugins.tooltip.callbacks.label =
        item => ' ' + item.label + ': ' + item.dataset.texts[item.dataIndex];
    const series = data.series[data.series.length - 1];
    return {
      type: 'doughnut',
      data: {
        labels: data.labels,
        datasets: [{
          label: series.label,
          data: series.values,
          texts: series.texts,
          backgroundColor: data.labels.map((label, i) => colourOf(label, i)),
          borderColor: colour('card'),
          borderWidth: 2
        }]
      },
      options
    };
  }

  function draw(place) {
    const box = place.querySelector('.box');
    const old = charts.get(place);
    if (old) {
      old.destroy();
    }
    box.hidden = false;
    const data = read(place.querySelector('table'));
    const canvas = box.querySelector('canvas');
    charts.set(place, new Chart(canvas, place.dataset.look === 'donut' ? donut(data)
        : bars(data, place.dataset.unit)));
    canvas.setAttribute('role', 'img');
    if (!old) {
      place.classList.add('drawn');
      place.querySelector('.data').open = false;
    }
  }

  function drawAll() {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    document.querySelectorAll('.chart').forEach(draw);
  }

  /* Long tables show their first rows until somebody asks for the rest. */
  function shorten(scroll) {
    const rows = [...scroll.querySelectorAll('tbody tr')];
    if (rows.length <= ROWS + 2) {
      return;
    }
    const rest = rows.slice(ROWS);
    rest.forEach(row => { row.hidden = true; });
    const more = document.createElement('button');
    more.type = 'button';
    more.className = 'more';
    more.textContent = 'Show all ' + rows.length;
    more.addEventListener('click', () => {
      rest.forEach(row => { row.hidden = false; });
      more.remove();
    });
    scroll.after(more);
  }

  /* The entry of the section that is read is marked. */
  function follow() {
    const entries = [...document.querySelectorAll('nav a')];
    const sections = entries.map(entry => document.getElementById(entry.hash.slice(1)));
    const mark = () => {
      let here = 0;
      sections.forEach((section, i) => {
        if (section && section.getBoundingClientRect().top < window.innerHeight / 3) {
          here = i;
        }
      });
      entries.forEach((entry, i) => {
        entry.classList.toggle('here', i === here);
        if (i === here) {
          entry.setAttribute('aria-current', 'true');
        } else {
          entry.removeAttribute('aria-current');
        }
      });
    };
    document.addEventListener('scroll', mark, { passive: true });
    mark();
  }

  /* A link into a container's section opens it, also where the browser does not do so itself. */
  function reveal() {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const closed = target && target.closest('details.container');
    if (closed && !closed.open) {
      closed.open = true;
      target.scrollIntoView();
    }
  }

  drawAll();
  document.querySelectorAll('.card.table .scroll, .card.documents .scroll').forEach(shorten);
  follow();
  window.addEventListener('hashchange', reveal);
  reveal();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  window.addEventListener('beforeprint', () => {
    root.classList.add('paper');
    document.querySelectorAll('details.container').forEach(details => { details.open = true; });
    drawAll();
    charts.forEach(chart => chart.resize());
  });
  window.addEventListener('afterprint', () => {
    root.classList.remove('paper');
    drawAll();
  });
})();
