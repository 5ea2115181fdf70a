// What a page does without asking the server. Everything else is links, forms and htmx; all of it works without this.
"use strict";

// Each htmx request carries the token of this browser's forms.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = document.querySelector('meta[name="csrf"]').content;
});

// Say what went wrong where htmx would say nothing. A page's main words are in its first paragraph.
const say = (words) => {
  const notice = document.createElement("p");
  notice.className = "notice error";
  notice.setAttribute("role", "alert");
  notice.textContent = `▲ ${words}`;
  document.getElementById("notices").replaceChildren(notice);
};
document.addEventListener("htmx:responseError", (event) => {
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  say(page.querySelector(".failure .lead")?.textContent || "That did not work. Load the page again.");
});
document.addEventListener("htmx:sendError", () => say("The server cannot be reached. Is cx-text serve still running?"));
document.addEventListener("htmx:timeout", () => say("The server takes too long. Try again in a moment."));

document.addEventListener("click", (event) => {
  // Menus close when something else is clicked.
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  // <button data-copy="id of an element">: its text goes to the clipboard.
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent.trim()).then(() => {
      const before = copy.textContent;
      copy.textContent = "Copied";
      setTimeout(() => { copy.textContent = before; }, 2000);
    }, () => say("The browser does not let this page copy: select the words and copy them."));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A choice whose form has data-now is sent when it is made; its button is for those without script.
document.addEventListener("change", (event) => {
  if (event.target.form && event.target.form.hasAttribute("data-now")) event.target.form.requestSubmit();
});

// Dark and light change at once; the form keeps it in the cookie.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-appearance]") || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  const far = theme ? 31536000 : 0;
  document.cookie = `cx_text_appearance=${theme}; Path=/; Max-Age=${far}; SameSite=Lax`;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of event.target.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
});

// A letter or digit chooses what has it as data-key, unless somebody types; then Enter sends the form.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=radio]), select, textarea")) return;
  const chosen = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === event.key.toLowerCase());
  if (!chosen) return;
  event.preventDefault();
  chosen.focus();
  chosen.click();
});
