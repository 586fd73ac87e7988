/* Staytrue in the browser: ages that run on, keys, and the search palette. Every act here is also
   a link or a form, so that a page works without it. */
(() => {
  "use strict";
  const root = document.documentElement;
  const $ = (what, from = document) => from.querySelector(what);
  const $$ = (what, from = document) => [...from.querySelectorAll(what)];

  /* Ages: the server says the instant; an open tab never claims to be fresher than it is. The
     machine's own clock may be wrong, so it only measures how long this page has been open. */
  const opened = performance.now();
  const served = Date.parse(root.dataset.now);
  const now = () => served + performance.now() - opened;
  const two = (n) => String(n).padStart(2, "0");
  const fill = (text, facts) => text.replace(/%\((\w+)\)s/g, (_, name) => facts[name]);
  const words = (ms, brief) => {
    const minutes = Math.max(0, Math.floor(ms / 60000));
    const hours = Math.floor(minutes / 60);
    const facts = { minutes: two(minutes % 60), hours, days: Math.floor(hours / 24) };
    if (hours >= 24) return fill(root.dataset.days, { ...facts, hours: hours % 24 });
    if (hours) return fill(brief ? root.dataset.brief : root.dataset.hours, facts);
    return fill(root.dataset.minutes, { minutes });
  };
  const step = (ms) =>
    ms <= 900e3 ? "" : ms <= 7200e3 ? "recent" : ms <= 86400e3 ? "today" : "old";
  const refresh = () => {
    for (const time of $$("time[data-age]")) {
      time.textContent = words(now() - Date.parse(time.dateTime), time.dataset.age === "brief");
    }
    for (const disc of $$(".age[data-since]")) {
      const name = step(now() - Date.parse(disc.dataset.since));
      disc.className = `age ${name}`.trim();
      if (disc.parentElement.matches(".asof")) disc.parentElement.className = `asof ${name}`.trim();
    }
    for (const mark of $$("[data-late]")) mark.hidden = now() <= Date.parse(mark.dataset.late);
  };
  setInterval(refresh, 15000);

  /* Rows: J and K move, Enter opens. */
  const rows = () => $$("main [data-row]");
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row === document.activeElement);
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    for (const row of all) row.tabIndex = row === next ? 0 : -1;
    next.focus();
  };
  const open = (row) => $("a[href]", row)?.click();

  /* The palette and the help: dialogs here, pages without script. */
  const show = (id) => {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return Boolean(dialog);
    dialog.showModal();
    return true;
  };
  const palette = () => document.getElementById("palette");
  const hits = () => $$("#hits .hit");
  const choose = (by) => {
    const all = hits();
    if (!all.length) return;
    const at = all.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    const next = (at + by + all.length) % all.length;
    all.forEach((hit, i) => hit.setAttribute("aria-selected", String(i === next)));
    all[next].scrollIntoView({ block: "nearest" });
    $("#palette input").setAttribute("aria-activedescendant", all[next].id);
  };

  const typing = (target) =>
    target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const single = {
    "/": () => show("palette"),
    "?": () => show("help"),
    t: () => $("#ages")?.click(),
    j: () => move(1),
    k: () => move(-1),
  };
  let led = 0;
  const key = (event) => {
    if (event.target.closest?.("#palette")) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) choose(step), event.preventDefault();
      if (event.key === "Enter") {
        const hit = $('#hits .hit[aria-selected="true"]');
        if (hit) hit.click(), event.preventDefault();
      }
      return;
    }
    if (event.key === "Enter" && event.target.matches?.("[data-row]")) return open(event.target);
    if (event.key === "Enter" && event.target.matches?.(".capture select")) {
      return event.preventDefault(), event.target.form.requestSubmit();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (root.dataset.keys === "off" || $("dialog[open]")) return;
    const name = event.key.toLowerCase();
    if (led && performance.now() - led < 1500) {
      led = 0;
      const link = $(`a[data-go="${CSS.escape(name)}"]`);
      if (link) event.preventDefault(), link.click();
      return;
    }
    const button = $(`[data-key="${CSS.escape(name)}"]`);
    if (button) {
      event.preventDefault();
      return button.matches("input") ? button.focus() : button.click();
    }
    if (name === "g") led = performance.now();
    else if (single[event.key] || single[name]) {
      (single[event.key] || single[name])();
      event.preventDefault();
    }
  };
  document.addEventListener("keydown", key);
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    if (opener && !event.ctrlKey && !event.metaKey && show(opener.dataset.opens)) {
      event.preventDefault();
    }
    if (event.target.matches?.("dialog")) event.target.close();
    if (event.target.closest?.("[data-prints]")) window.print();
  });

  /* Review: the next pair is on the page already and shown at once; the answer makes it live. */
  document.addEventListener("htmx:beforeSend", (event) => {
    if (!event.target.matches("[data-decides]")) return;
    for (const part of $("#next")?.content.cloneNode(true).children ?? []) {
      document.getElementById(part.dataset.as).replaceChildren(...part.childNodes);
    }
  });

  /* A screen that fetches itself keeps what somebody is typing on it, and what he has unfolded. */
  const fields = (from) => $$("input, textarea, select", from).filter((each) => each.id);
  const typed = (each) =>
    each.matches("select")
      ? [...each.options].some((option) => option.selected !== option.defaultSelected)
      : !/^(hidden|checkbox|radio)$/.test(each.type) && each.value !== each.defaultValue;
  let begun = [];
  let unfolded = [];
  const folds = () => $$("#live details").map((each) => [each, $("summary", each)?.textContent]);
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "live") return;
    begun = fields($("#live")).filter(typed).map((each) => [each.id, each.value]);
    unfolded = folds().filter(([each]) => each.open).map(([, name]) => name);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [id, value] of begun.splice(0)) {
      const field = document.getElementById(id);
      if (field) field.value = value;
    }
    for (const [each, name] of folds()) each.open ||= unfolded.includes(name);
    unfolded = [];
  });

  /* The switch of ages keeps its place while one works. */
  const remember = () => {
    const ages = $("#ages");
    if (!ages || ages.dataset.known) return;
    ages.dataset.known = "1";
    ages.checked = sessionStorage.getItem("ages") === "1";
    ages.addEventListener("change", () => sessionStorage.setItem("ages", ages.checked ? "1" : "0"));
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "hits" && hits().length) choose(1);
    remember();
    refresh();
  });
  document.addEventListener("DOMContentLoaded", () => {
    remember();
    palette()?.addEventListener("close", () => {
      $("#palette input").value = "";
      $("#hits").replaceChildren();
    });
  });
})();
