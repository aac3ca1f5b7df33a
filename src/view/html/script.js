// What a page of orderform can do beyond being read: search its orders, sort its tables, unfold for the printer.
// It sends nothing, keeps nothing, and writes texts as texts only.
"use strict";

(() => {
  const number = new Intl.NumberFormat("en-GB");
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const status = document.getElementById("found");
  const orders = [...document.querySelectorAll("[data-order]")];

  const count = (n) => `${number.format(n)} ${n === 1 ? "order" : "orders"}`;

  // Case, accents and width do not matter.
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  // What was typed is read aloud once it stops changing, and not after every letter.
  let pending;
  const say = (text) => {
    clearTimeout(pending);
    pending = setTimeout(() => { status.textContent = text; }, 150);
  };

  // Searching: every word has to be somewhere in an order; a section without one is not shown.
  const texts = new Map();
  const textOf = (one) => {
    if (!texts.has(one)) texts.set(one, plain(one.textContent));
    return texts.get(one);
  };

  const search = (typed) => {
    const words = plain(typed).split(/\s+/).filter(Boolean);
    const all = words.length === 0;
    let found = 0;
    const sections = new Map();
    for (const one of orders) {
      const fits = all || words.every((word) => textOf(one).includes(word));
      one.hidden = !fits;
      found += fits ? 1 : 0;
      const section = one.closest("section");
      sections.set(section, (sections.get(section) ?? 0) + (fits ? 1 : 0));
    }
    for (const [section, hits] of sections) {
      section.hidden = hits === 0;
      const fold = section.querySelector(":scope > details");
      if (!fold) continue;
      if (!all && hits > 0 && !fold.open) {
        fold.open = true;
        fold.dataset.searched = "";
      } else if (all && "searched" in fold.dataset) {
        fold.open = false;
        delete fold.dataset.searched;
      }
    }
    // Charts are about everything, so they are no part of what was found.
    for (const overview of document.querySelectorAll(".overview")) overview.hidden = !all;
    say(all ? count(orders.length) : `${number.format(found)} of ${count(orders.length)}`);
  };

  const field = document.getElementById("search");
  if (field) {
    document.querySelector("[data-search]").hidden = false;
    let typing;
    field.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => search(field.value), 80);
    });
    if (field.value) search(field.value);
  }

  // Sorting: a heading becomes a button; once more turns it around.
  const valueOf = (row, column, kind) => {
    const cell = row.cells[column];
    // What is unknown has no amount, and is no amount either.
    const text = kind === "amount" ? cell.dataset.sort ?? "" : cell.textContent;
    if (kind !== "number") return text;
    const value = Number.parseFloat(text.replaceAll(",", ""));
    return Number.isNaN(value) ? -Infinity : value;
  };

  const sort = (heading) => {
    const table = heading.closest("table");
    const column = heading.cellIndex;
    const isNumber = heading.dataset.sort === "number";
    // Of numbers and amounts the largest is asked for first.
    const now = heading.getAttribute("aria-sort");
    const first = heading.dataset.sort === "text" ? "ascending" : "descending";
    const other = first === "ascending" ? "descending" : "ascending";
    const direction = now === first ? other : first;
    const sign = direction === "ascending" ? 1 : -1;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [valueOf(row, column, heading.dataset.sort), row]);
    rows.sort(([a], [b]) => sign * (isNumber ? (a === b ? 0 : a < b ? -1 : 1) : order.compare(a, b)));
    body.append(...rows.map(([, row]) => row));
    for (const one of heading.parentElement.cells) one.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction);
    if (status) say(`sorted by ${heading.textContent.toLowerCase()}, ${direction}`);
  };

  for (const heading of document.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(heading));
  }

  // On a narrow screen rows are blocks, and some browsers forget then that they are rows.
  const roles = [["table", "table"], ["thead, tbody", "rowgroup"], ["tr", "row"], ["tbody th", "rowheader"],
    ["thead th", "columnheader"], ["td", "cell"]];
  const narrow = matchMedia("(max-width: 44rem)");
  const keepRoles = () => {
    if (!narrow.matches) return;
    for (const [selector, role] of roles) {
      for (const one of document.querySelectorAll(`.frame :is(${selector})`)) one.setAttribute("role", role);
    }
  };
  narrow.addEventListener("change", keepRoles);
  document.addEventListener("orderform:put", keepRoles);
  keepRoles();

  // Paper has no folds.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    unfolded = [...document.querySelectorAll("details:not([open])")];
    for (const fold of unfolded) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of unfolded) fold.open = false;
  });
})();
