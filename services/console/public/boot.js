/* global document */
// Runs before the first paint, so that neither theme nor language flashes. The same keys as in src/shared.
(function boot() {
  var root = document.documentElement;
  try {
    var theme = localStorage.getItem('shotloom.theme');
    if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
    var language = localStorage.getItem('shotloom.language') || navigator.language;
    root.lang = /^zh/i.test(language) ? 'zh-CN' : 'en';
  } catch {
    // Storage may be forbidden; the defaults are fine.
  }
})();
