// What makes the page more comfortable; it works without.
"use strict";

// On a phone the summary is folded, so that the next step is in sight.
if (matchMedia("(max-width: 859px)").matches && !document.querySelector(".summary [aria-invalid], .line.short")) {
  for (const d of document.querySelectorAll("[data-fold]")) d.open = location.hash === "#summary";
}

// A form that was sent is not sent again.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (e) => {
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "yes";
    const button = form.querySelector("button.main");
    button.setAttribute("aria-disabled", "true");
    if (button.dataset.busy) button.textContent = button.dataset.busy;
  });
}
addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); }); // the back button: the cart may have changed

// The provinces follow the country.
const country = document.getElementById("country"), list = document.getElementById("provinces");
if (country && list) {
  const all = JSON.parse(document.body.dataset.provinces || "{}"), province = document.getElementById("province"), place = document.getElementById("province-field");
  const follow = () => {
    const names = all[country.value] ?? [];
    list.replaceChildren(...names.map((n) => Object.assign(document.createElement("option"), { value: n })));
    place.hidden = !names.length && !province.value && !province.hasAttribute("aria-invalid");
  };
  country.addEventListener("change", () => { province.value = ""; follow(); });
  follow();
}

const alert = document.getElementById("alert");
if (alert) (document.querySelector("[aria-invalid=true]") ?? alert).focus();
