// Small helpers for building the page. Text never becomes markup.

export const $ = (id) => document.getElementById(id);

// el makes an element: el("a", {href: "…", class: "x", onclick: f}, "text", child).
export function el(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else e.setAttribute(name, value === true ? "" : value);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
  return e;
}

// painted cuts a text into colored pieces, with marks drawn over some of them.
export function painted(text, pieces, marks = []) {
  const out = document.createDocumentFragment();
  let at = 0;
  for (const p of pieces) {
    if (p.start > at) out.append(text.slice(at, p.start));
    const bad = marks.some((m) => m.start < p.end && m.end > p.start);
    out.append(el("span", { class: "c-" + p.color + (bad ? " bad" : "") }, p.text));
    at = p.end;
  }
  out.append(text.slice(at) + "\n");
  return out;
}

// tabs makes a row of buttons show one pane each, with the arrow keys as well.
export function tabs(row, onshow = () => {}) {
  const buttons = [...row.querySelectorAll("[data-pane]")];
  const show = (name) => {
    for (const b of buttons) {
      const on = b.dataset.pane === name;
      b.setAttribute("aria-selected", on);
      b.tabIndex = on ? 0 : -1;
      $(b.dataset.pane).hidden = !on;
    }
    onshow(name);
  };
  for (const b of buttons) {
    b.setAttribute("aria-controls", b.dataset.pane);
    b.addEventListener("click", () => show(b.dataset.pane));
    b.addEventListener("keydown", (e) => {
      const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
      if (!step) return;
      const to = buttons[(buttons.indexOf(b) + step + buttons.length) % buttons.length];
      show(to.dataset.pane);
      to.focus();
    });
  }
  show(buttons[0].dataset.pane);
  return show;
}

// read and write keep a value in the browser; a browser that forbids it just forgets.
export function read(name, otherwise, area = localStorage) {
  try { return JSON.parse(area.getItem("rialto." + name)) ?? otherwise; } catch { return otherwise; }
}
export function write(name, value, area = localStorage) {
  try { area.setItem("rialto." + name, JSON.stringify(value)); } catch { /* full or forbidden */ }
}
