// Reads pages and prints, as JSON, what a way of looking finds in each of them.
"use strict";

const { readFileSync } = require("node:fs");
const { JSDOM, VirtualConsole } = require("jsdom");

const { look, pages, words } = JSON.parse(readFileSync(process.argv[2], "utf8"));
let page;

// Whatever goes wrong in the page goes to stderr, where the test sees it.
const virtualConsole = new VirtualConsole();
virtualConsole.on("jsdomError", (error) => {
  // jsdom cannot read the newest style sheets; it is no judge of them.
  if (error.type !== "css-parsing") console.error(error.message);
});
virtualConsole.sendTo(console, { omitJSDOMErrors: true });

// What a page that is served asked for, what it is answered, and what it listens to.
let server;

class Stream extends EventTarget {
  static CLOSED = 2;

  constructor(url) {
    super();
    this.readyState = 1;
    this.url = String(url);
    server.streams.push(this);
  }
}

const serve = () => ({ asked: [], streams: [], answer: () => page });

const open = (runScripts) => new JSDOM(page, {
  // Nothing is there: whatever is asked for is answered here.
  url: "http://127.0.0.1:9464/?show=all",
  runScripts,
  virtualConsole,
  pretendToBeVisual: true,
  beforeParse(window) {
    server = serve();
    window.EventSource = Stream;
    window.setInterval = () => 0;
    window.AbortSignal.timeout ??= () => undefined;
    window.fetch = async (url) => {
      server.asked.push(String(url).replace("http://127.0.0.1:9464", ""));
      const text = server.answer();
      if (text === undefined) throw new TypeError("no network");
      return { ok: true, text: async () => text };
    };
    window.matchMedia = () => ({ matches: false, addEventListener() {}, removeEventListener() {} });
    // So that waiting is up to the test, and nothing here takes time.
    const due = [];
    window.setTimeout = (act) => due.push(act);
    window.clearTimeout = (id) => { delete due[id - 1]; };
    window.runDue = () => { for (let at = 0; at < due.length; at += 1) { due[at]?.(); delete due[at]; } };
  },
}).window;

const text = (one) => one.textContent.replace(/\s+/g, " ").trim();
const shown = (document) => [...document.querySelectorAll("[data-order]")].filter((one) =>
  !one.closest("[hidden]"));
const nameOf = (one) => text(one.querySelector("h3, th"));

const looks = {
  // Every element with its attributes: what the page is built of.
  structure() {
    const { document } = open(undefined);
    return [...document.querySelectorAll("*")].map((one) => ({
      name: one.localName,
      attributes: Object.fromEntries([...one.attributes].map((all) => [all.name, all.value])),
    }));
  },

  // What is there for whoever runs no script.
  still() {
    const { document } = open(undefined);
    return {
      orders: shown(document).map(nameOf),
      buttons: document.querySelectorAll("button").length,
      isSearchShown: !document.querySelector("[data-search]")?.closest("[hidden]"),
      text: text(document.body),
    };
  },

  // What is found for every word that is typed, one after the other.
  search() {
    const window = open("dangerously");
    const { document } = window;
    const field = document.getElementById("search");
    const all = shown(document).length;
    const typed = (words) => {
      field.value = words;
      field.dispatchEvent(new window.Event("input"));
      window.runDue();
      return {
        orders: shown(document).map(nameOf),
        sections: [...document.querySelectorAll(".results > section")].filter((one) => !one.hidden).map((one) => one.getAttribute("aria-labelledby")),
        open: [...document.querySelectorAll("section > details")].filter((one) => one.open).length,
        said: text(document.getElementById("found")),
      };
    };
    return { all, isShown: !field.closest("[hidden]"), typed: words.map(typed) };
  },

  // The order of a table after each press of each of its headings.
  sort() {
    const window = open("dangerously");
    const { document } = window;
    const table = document.querySelector("#buy").closest("section").querySelector(".orders");
    return [...table.querySelectorAll("thead button")].flatMap((button) => [1, 2].map(() => {
      button.click();
      window.runDue();
      const heading = button.closest("th");
      return {
        by: text(heading),
        sort: heading.getAttribute("aria-sort"),
        others: table.querySelectorAll("thead [aria-sort]").length - 1,
        said: text(document.getElementById("found")),
        cells: [...table.tBodies[0].rows].map((row) => text(row.cells[heading.cellIndex])),
      };
    }));
  },

  // What becomes of a page that is served when it hears of a change; `words` are the page as it is then, and one of
  // another version.
  async live() {
    const window = open("dangerously");
    const { document } = window;
    const settle = async () => {
      await new Promise(setImmediate);
      window.runDue();
      await new Promise(setImmediate);
    };
    const field = document.getElementById("words");
    const observe = () => ({
      verdict: text(document.querySelector("h1")),
      title: document.title,
      orders: shown(document).map(nameOf),
      open: [...document.querySelectorAll("details[open]")].map((one) => text(one.querySelector("summary"))),
      focus: text(document.activeElement),
      sign: text(document.querySelector("[data-news-sign]")),
      news: text(document.querySelector("[data-news-text]")),
      aloud: text(document.querySelector("[data-news-aloud]")),
      found: text(document.getElementById("found")),
      field: document.getElementById("words") === field && field.value,
      address: window.location.search,
      asked: server.asked.splice(0),
      streams: server.streams.map((one) => one.url),
    });
    const seen = { start: observe() };
    const hear = async (what) => {
      server.streams.at(-1).dispatchEvent(new Event(what));
      await settle();
      return observe();
    };
    // Nothing differs: nothing is touched.
    const [row] = document.querySelectorAll("[data-order]");
    seen.same = await hear("open");
    seen.same.isUntouched = row === document.querySelector("[data-order]");
    // Something is open and has the focus, and something is typed.
    for (const fold of document.querySelectorAll("#more details")) fold.open = true;
    document.querySelector("#more summary").focus();
    field.value = "typed";
    server.answer = () => words[0];
    seen.changed = await hear("status");
    field.dispatchEvent(new window.Event("input", { bubbles: true }));
    await settle();
    await settle();
    seen.typed = observe();
    server.answer = () => undefined;
    seen.lost = await hear("status");
    server.answer = () => words[0];
    seen.back = await hear("status");
    server.streams.at(-1).readyState = Stream.CLOSED;
    seen.closed = await hear("error");
    server.answer = () => "<!DOCTYPE html><html><body><main><h1>Sign in</h1></main></body></html>";
    seen.other = await hear("status");
    return seen;
  },

  // What becomes of a page when who serves it is of another version by now: jsdom loads nothing, and says so.
  async newer() {
    const said = [];
    server = undefined;
    const listen = (error) => said.push(error.message.includes("navigation") ? "reload" : error.message);
    virtualConsole.removeAllListeners("jsdomError");
    virtualConsole.on("jsdomError", listen);
    const { document } = open("dangerously");
    server.answer = () => words[0];
    server.streams.at(-1).dispatchEvent(new Event("status"));
    await new Promise(setImmediate);
    return { verdict: text(document.querySelector("h1")), said: said.filter((one) => !one.includes("stylesheet")) };
  },

  // What is folded when it is printed, and afterwards.
  print() {
    const window = open("dangerously");
    const folded = () => window.document.querySelectorAll("details:not([open])").length;
    const before = folded();
    window.dispatchEvent(new window.Event("beforeprint"));
    const during = folded();
    window.dispatchEvent(new window.Event("afterprint"));
    return { before, during, after: folded() };
  },

  // What axe says, with the script run and without. Colours take a real browser: a unit test computes their contrast.
  async axe() {
    const found = {};
    for (const [way, runScripts] of [["scripted", "dangerously"], ["still", "outside-only"]]) {
      const window = open(runScripts);
      // axe waits with timers of its own.
      window.setTimeout = (act, ms, ...all) => setTimeout(act, ms, ...all);
      window.clearTimeout = (id) => clearTimeout(id);
      for (const fold of window.document.querySelectorAll("details")) fold.open = true;
      window.eval(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
      const rules = { "color-contrast": { enabled: false } };
      const results = await window.axe.run(window.document, { rules, resultTypes: ["violations"] });
      found[way] = {
        violations: results.violations.map((one) => `${one.impact} ${one.id}: ${one.nodes[0].html.slice(0, 200)}`),
        passes: results.passes.map((one) => one.id),
      };
    }
    return found;
  },
};

(async () => {
  const found = [];
  for (page of pages) found.push(await looks[look]());
  process.stdout.write(JSON.stringify(found));
})().catch((error) => {
  console.error(error.stack);
  process.exitCode = 1;
});
