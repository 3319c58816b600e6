// A list of which one row is chosen: by a click, by j and k. What comes meanwhile waits until somebody asks for it, so that
// nothing moves under the reader's eyes.

import { fill, h, say } from "./dom.js";

const SHOWN = 300;

export class List {
  // `columns` are [title, class, row => child]; `opened(row)` is told of the chosen one, null of none.
  constructor({ label, columns, opened, empty }) {
    this.columns = columns;
    this.opened = opened;
    this.chosen = null;
    this.rows = [];
    this.pending = null;
    this.drawn = "";
    this.body = h("tbody");
    this.news = h("button", { type: "button", class: "news", hidden: true, onclick: () => this.newest() });
    this.none = h("p", { class: "quiet none" }, empty);
    const heads = columns.map(([title, kind]) => h("th", { scope: "col", class: kind }, title));
    this.table = h("table", { role: "grid", "aria-label": label }, h("thead", {}, h("tr", {}, heads)), this.body);
    this.box = h("div", { class: "list", tabindex: "0", role: "region", "aria-label": label }, h("div", { class: "above" }, this.news), this.table, this.none);
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (row && !event.target.closest("a, button")) this.choose(row.dataset.key);
    });
  }

  // The newest first.
  show(rows, { isAnew = false } = {}) {
    const isFollowing = this.chosen === null && this.box.scrollTop < 4;
    if (isFollowing || isAnew) {
      this.rows = rows.slice(0, SHOWN);
      this.pending = null;
      this.draw();
      return;
    }
    this.pending = rows;
    const first = this.rows[0]?.key;
    const place = rows.findIndex((row) => row.key === first);
    const fresh = place < 0 ? rows.length : place;
    this.news.hidden = fresh === 0;
    say(this.news, `${fresh} new (g)`);
  }

  draw() {
    this.news.hidden = true;
    this.none.hidden = this.rows.length > 0;
    this.table.hidden = this.rows.length === 0;
    const drawn = JSON.stringify([this.chosen, this.rows]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    fill(
      this.body,
      this.rows.map((row) => {
        const cells = this.columns.map(([, kind, cell]) => {
          const shown = cell(row);
          return h("td", { class: kind, title: typeof shown === "string" && shown }, shown);
        });
        const isChosen = row.key === this.chosen;
        return h("tr", { "data-key": row.key, class: row.tone, "aria-selected": isChosen ? "true" : "false" }, cells);
      }),
    );
  }

  choose(key) {
    this.chosen = key;
    this.draw();
    this.body.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    this.opened(this.rows.find((row) => row.key === key) ?? null);
  }

  newest() {
    this.box.scrollTop = 0;
    this.chosen = null;
    this.opened(null);
    if (this.pending) this.show(this.pending, { isAnew: true });
    else this.draw();
  }

  key(name) {
    if (name === "Escape" && this.chosen !== null) {
      this.choose(null);
      return true;
    }
    if (name === "g") {
      this.newest();
      return true;
    }
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[name];
    if (!step || this.rows.length === 0) return false;
    const place = this.rows.findIndex((row) => row.key === this.chosen);
    const next = place < 0 ? 0 : Math.min(Math.max(place + step, 0), this.rows.length - 1);
    this.choose(this.rows[next].key);
    return true;
  }
}
