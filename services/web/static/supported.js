// Tells the styles that scripts run, before anything is painted; the pages work without it.
document.documentElement.classList.add('js')
document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('govuk-frontend-supported')
