// arguments: role, accessible name, whether the name is whole (else its beginning).
// Answers the visible elements that match; inside the open dialog only, while there is one.
const [role, wanted, whole] = arguments

const selectors = {
  button: 'button:not([role]), summary, [role=button]',
  link: 'a[href]:not([role]), [role=link]',
  textbox:
    'input:not([type]):not([role]), input[type=text]:not([role]), input[type=password]:not([role]), input[type=url]:not([role]), textarea, [role=textbox]',
  searchbox: 'input[type=search], [role=searchbox]',
  checkbox: 'input[type=checkbox], [role=checkbox]',
  radio: 'input[type=radio], [role=radio]',
  combobox: 'select, [role=combobox]',
  heading: 'h1, h2, h3, h4, [role=heading]',
  dialog: 'dialog[open], [role=dialog], [role=alertdialog]',
  row: 'tr, [role=row]',
}

const clean = (text) => (text ?? '').replace(/\s+/g, ' ').trim()

// What is shown and not hidden from those who listen, such as the keys beside a menu's item.
const spoken = (element) =>
  [...element.querySelectorAll('[aria-hidden=true]')].reduce(
    (text, hidden) => (hidden.innerText ? text.replace(hidden.innerText, '') : text),
    element.innerText,
  )

const nameOf = (element) => {
  const labelledBy = element.getAttribute('aria-labelledby')
  if (labelledBy) {
    const parts = labelledBy.split(/\s+/).map((id) => document.getElementById(id)?.textContent)
    return clean(parts.join(' '))
  }
  const label = clean(element.getAttribute('aria-label'))
  if (label) return label
  if (element.labels?.length) {
    return clean([...element.labels].map((it) => it.innerText).join(' '))
  }
  const shown = element.matches('input, select, textarea') ? '' : clean(spoken(element))
  return shown || clean(element.getAttribute('title')) || clean(element.getAttribute('placeholder'))
}

const isShown = (element) =>
  element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert], [aria-hidden=true]')

const dialogs = [...document.querySelectorAll(selectors.dialog)].filter(isShown)
const scope = role === 'dialog' ? document : (dialogs.at(-1) ?? document)
const all = [...scope.querySelectorAll(selectors[role] ?? `[role=${role}]`)]
return all.filter((element) => {
  const name = nameOf(element)
  return isShown(element) && (whole ? name === wanted : name.startsWith(wanted))
})
