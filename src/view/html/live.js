// How a page that is served stays new: it hears of a change, asks for itself anew, and puts in place the parts that differ.
// It asks nobody but who served it, for this page only, and changes nothing there. What it gets is parsed, never run.
"use strict";

(() => {
  const news = document.querySelector("[data-news-text]");
  const sign = document.querySelector("[data-news-sign]");
  const aloud = document.querySelector("[data-news-aloud]");
  const form = document.querySelector("[data-form]");

  // As they were served: what was opened, or given a role, since then is no difference.
  const parts = (page) => [...page.querySelectorAll("[data-live]")];
  const served = new Map(parts(document).map((part) => [part.id, part.outerHTML]));
  const policyOf = (page) => page.querySelector("meta[http-equiv]").content;
  const timeOf = (page) => page.querySelector("[data-news] time").textContent;
  const verdictOf = (page) => page.querySelector("h1").textContent;
  let seen = timeOf(document);

  // What was opened stays open, and what had the focus has it.
  const foldKey = (fold) => fold.id
    || `${fold.closest("article")?.querySelector("h3").textContent} ${fold.querySelector("summary").textContent}`;
  const keepFolds = (old, next) => {
    const open = new Map([...old.querySelectorAll("details")].map((fold) => [foldKey(fold), fold.open]));
    for (const fold of next.querySelectorAll("details")) fold.open = open.get(foldKey(fold)) ?? fold.open;
  };
  const focusKey = (one) => one.localName === "summary" ? foldKey(one.parentElement)
    : one.getAttribute("href") ?? one.id;
  const keepFocus = (old, next) => {
    const focused = document.activeElement;
    if (!old.contains(focused)) return () => {};
    const alike = [...next.querySelectorAll(focused.localName)].filter((one) => focusKey(one) === focusKey(focused));
    const same = alike.find((one) => one.textContent === focused.textContent) ?? alike[0];
    return () => same?.focus({ preventScroll: true });
  };

  // What is at the top of the window stays there, whatever became longer above it.
  const landmarks = () => [...document.querySelectorAll("h1, h2[id], article h3, tr[data-order] > th")];
  const keepPlace = () => {
    const top = scrollY > 0 && landmarks().find((one) => one.getBoundingClientRect().top >= 0);
    if (!top) return () => {};
    const [key, before] = [top.id || top.textContent, top.getBoundingClientRect().top];
    return () => {
      const same = landmarks().find((one) => one.localName === top.localName && (one.id || one.textContent) === key);
      if (same) scrollBy(0, same.getBoundingClientRect().top - before);
    };
  };

  const put = (page) => {
    const goBack = keepPlace();
    for (const next of parts(page)) {
      const old = document.getElementById(next.id);
      if (!old || served.get(next.id) === next.outerHTML) continue;
      served.set(next.id, next.outerHTML);
      keepFolds(old, next);
      const focus = keepFocus(old, next);
      old.replaceWith(document.adoptNode(next));
      focus();
    }
    for (const next of page.querySelectorAll("[data-live-text]")) {
      const old = document.getElementById(next.id);
      if (old && old.textContent !== next.textContent) old.textContent = next.textContent;
    }
    document.title = page.title;
    document.dispatchEvent(new Event("orderform:put"));
    goBack();
  };

  let isLost = false;
  const say = (isHeard, spoken) => {
    isLost = !isHeard;
    sign.textContent = isHeard ? "live" : "not connected";
    sign.className = `badge ${isHeard ? "go" : "stop"}`;
    news.textContent = isHeard ? `Updated at ${seen}.` : `What you see is as of ${seen}. It is tried again by itself.`;
    if (spoken && aloud.textContent !== spoken) aloud.textContent = spoken;
  };

  // One question at a time, and none of them at once after the other.
  let isAsking = false;
  let isWanted = false;
  const ask = async () => {
    // Nobody looks: it is asked when somebody does.
    isWanted = true;
    if (isAsking || document.hidden) return;
    [isAsking, isWanted] = [true, false];
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (page.documentElement.dataset.orderform !== "watch") throw new Error("another page");
      // Another version of the program has other scripts.
      if (policyOf(page) !== policyOf(document)) return location.reload();
      const wasLost = isLost;
      const [before, now] = [verdictOf(document), verdictOf(page)];
      put(page);
      seen = timeOf(page);
      say(true, before === now && !wasLost ? "" : `Updated at ${seen}: ${now}`);
    } catch {
      say(false, "Not connected");
    } finally {
      setTimeout(() => {
        isAsking = false;
        if (isWanted) ask();
      }, 500);
    }
  };

  document.addEventListener("visibilitychange", () => { if (isWanted) ask(); });
  // Ages get older although nothing happens.
  setInterval(ask, 60_000);

  // Changes are told. Where the stream ends the browser asks for it again by itself, unless it was refused.
  const listen = () => {
    const events = new EventSource(new URL("events", document.baseURI));
    events.addEventListener("open", ask);
    events.addEventListener("status", ask);
    events.addEventListener("error", () => {
      say(false, "Not connected");
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5_000);
    });
  };
  listen();

  // Searching while somebody types: the address changes with it, so that it can be kept and sent.
  const search = () => {
    const fields = [...new FormData(form)].filter(([, value]) => value !== "");
    history.replaceState(null, "", `?${new URLSearchParams(fields)}`);
    ask();
  };
  let typing;
  form.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(search, 200);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(typing);
    search();
  });
})();
