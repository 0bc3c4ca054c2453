// An editor: a textarea whose own text is invisible, over the same text in color.

import { el, painted } from "./dom.js";

export class Editor {
  // options: label, paint(text) -> pieces, check(text) -> marks, complete(text before the caret) -> {prefix, list}, onchange
  constructor(place, options) {
    this.options = options;
    this.numbers = el("div", { class: "numbers", "aria-hidden": "true" });
    this.shown = el("pre", { class: "shown", "aria-hidden": "true" });
    this.area = el("textarea", { spellcheck: "false", autocapitalize: "off", autocomplete: "off", autocorrect: "off", wrap: "off", "aria-label": options.label });
    this.popup = el("ul", { class: "popup", role: "listbox", hidden: true });
    this.list = []; this.chosen = 0; this.leaves = false; this.marks = [];
    place.append(this.numbers, el("div", { class: "text" }, this.shown, this.area, this.popup));
    this.area.addEventListener("input", (e) => { this.draw(); options.onchange?.(this.value); if (e.inputType?.startsWith("insert") || !this.popup.hidden) this.suggest(false); });
    this.area.addEventListener("scroll", () => this.align());
    this.area.addEventListener("keydown", (e) => this.key(e));
    this.area.addEventListener("blur", () => { this.leaves = false; this.draw(); options.onblur?.(); setTimeout(() => this.close(), 150); });
    this.area.addEventListener("click", () => this.close());
    this.draw();
  }
  get value() { return this.area.value; }
  set value(text) { this.area.value = text; this.close(); this.draw(); this.area.scrollTop = 0; this.align(); }

  draw() {
    const text = this.value;
    const caret = document.activeElement === this.area ? this.area.selectionEnd : -1;
    this.marks = (this.options.check?.(text) ?? []).filter((m) => m.end !== caret); // no complaint about a word that is being written
    this.shown.replaceChildren(painted(text, text.length > 100_000 ? [] : this.options.paint(text), this.marks));
    const lines = text.split("\n").length;
    if (this.lines !== lines) { this.lines = lines; this.numbers.textContent = Array.from({ length: lines }, (_, i) => i + 1).join("\n") + "\n"; }
    this.align();
  }
  align() {
    this.shown.style.transform = `translate(${-this.area.scrollLeft}px, ${-this.area.scrollTop}px)`;
    this.numbers.scrollTop = this.area.scrollTop;
  }

  // insert replaces the last n characters before the caret, in a way that can be undone.
  insert(text, n = 0) {
    const at = this.area.selectionStart;
    this.area.setSelectionRange(at - n, this.area.selectionEnd);
    if (!document.execCommand("insertText", false, text)) { this.area.setRangeText(text, at - n, this.area.selectionEnd, "end"); this.area.dispatchEvent(new Event("input")); }
  }

  key(e) {
    if (!this.popup.hidden && this.steer(e)) { e.preventDefault(); return; }
    if (e.key === "Escape") { this.leaves = true; return; } // Esc, then Tab: leaves the editor
    if (e.key === " " && e.ctrlKey) { e.preventDefault(); this.suggest(true); return; }
    if (e.key === "Tab" && !this.leaves && !e.ctrlKey && !e.altKey) { e.preventDefault(); this.indent(e.shiftKey); return; }
    if (e.key === "Enter" && !e.ctrlKey && !e.metaKey) { e.preventDefault(); this.newline(); return; }
    if (/^[)}\]]$/.test(e.key) && this.area.selectionStart === this.area.selectionEnd && this.value[this.area.selectionEnd] === e.key) {
      e.preventDefault(); this.area.selectionStart = this.area.selectionEnd += 1; this.close(); return; // written already, with its opening one
    }
    const pair = { "{": "}", "(": ")", "[": "]" }[e.key];
    if (pair && !e.ctrlKey && this.area.selectionStart === this.area.selectionEnd && /^\s|^$|^[)}\]]/.test(this.value.slice(this.area.selectionEnd))) {
      e.preventDefault(); this.insert(e.key + pair); this.area.selectionStart = this.area.selectionEnd -= 1;
    }
  }
  steer(e) {
    switch (e.key) {
      case "ArrowDown": this.choose(this.chosen + 1); return true;
      case "ArrowUp": this.choose(this.chosen - 1); return true;
      case "Escape": this.close(); return true;
      case "Enter": if (e.ctrlKey || e.metaKey) return false; // falls to Tab
      case "Tab": this.accept(this.list[this.chosen]); return true;
    }
    if (e.key.length > 1 && !["Backspace", "Shift", "Control"].includes(e.key)) this.close();
    return false;
  }
  indent(back) {
    const { selectionStart: from, selectionEnd: to } = this.area, text = this.value;
    if (from === to && !back) { this.insert("  "); return; }
    const start = text.lastIndexOf("\n", from - 1) + 1;
    const block = text.slice(start, to), changed = block.replace(/^/gm, back ? "\u0000" : "  ").replace(/\u0000 {0,2}/g, "");
    this.area.setSelectionRange(start, to);
    if (changed !== block) { this.insert(changed); if (from !== to) this.area.setSelectionRange(start, start + changed.length); } else this.area.setSelectionRange(from, to);
  }
  newline() {
    const before = this.value.slice(0, this.area.selectionStart), after = this.value.slice(this.area.selectionEnd);
    const space = before.slice(before.lastIndexOf("\n") + 1).match(/^ */)[0];
    const opens = /[{([]\s*$/.test(before);
    if (opens && /^\s*[})\]]/.test(after) && !/^\s*\n/.test(after)) {
      this.insert("\n" + space + "  \n" + space);
      this.area.selectionStart = this.area.selectionEnd -= space.length + 1;
    } else this.insert("\n" + space + (opens ? "  " : ""));
  }

  suggest(asked) {
    if (!this.options.complete || this.area.selectionStart !== this.area.selectionEnd) return this.close();
    const { prefix, list } = this.options.complete(this.value.slice(0, this.area.selectionStart));
    if (!list.length || (!asked && prefix === "")) return this.close();
    this.prefix = prefix; this.list = list;
    this.popup.replaceChildren(...list.map((s) => el("li", { role: "option", class: s.old ? "old" : "", title: s.help ?? "", onmousedown: (e) => { e.preventDefault(); this.accept(s); } },
      el("b", {}, s.label), el("i", {}, s.detail ?? ""))));
    const before = this.value.slice(0, this.area.selectionStart - prefix.length), line = before.split("\n").length;
    const style = getComputedStyle(this.area), high = parseFloat(style.lineHeight), wide = this.charWidth(style);
    const y = line * high + parseFloat(style.paddingTop) - this.area.scrollTop, x = (before.length - before.lastIndexOf("\n") - 1) * wide + parseFloat(style.paddingLeft) - this.area.scrollLeft;
    this.popup.hidden = false;
    const over = y + this.popup.offsetHeight > this.area.clientHeight && y - high > this.popup.offsetHeight;
    this.popup.style.top = (over ? y - high - this.popup.offsetHeight : y) + "px";
    this.popup.style.left = Math.max(0, Math.min(x, this.area.clientWidth - this.popup.offsetWidth - 8)) + "px";
    this.choose(0);
  }
  charWidth(style) {
    if (!this.wide) { const c = document.createElement("canvas").getContext("2d"); c.font = `${style.fontSize} ${style.fontFamily}`; this.wide = c.measureText("m".repeat(50)).width / 50; }
    return this.wide;
  }
  choose(i) {
    this.chosen = (i + this.list.length) % this.list.length;
    [...this.popup.children].forEach((li, n) => li.setAttribute("aria-selected", n === this.chosen));
    this.popup.children[this.chosen]?.scrollIntoView({ block: "nearest" });
  }
  accept(s) { const n = this.prefix.length; this.close(); this.insert(s.insert ?? s.label, n); this.close(); }
  close() { this.popup.hidden = true; this.list = []; }
}
