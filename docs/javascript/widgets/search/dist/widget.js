/** Searches while one types: a debounced GET request whose stale answers are dropped, in a combobox. */

const DEBOUNCE_MS = 200;

export async function init(sdk) {
  await sdk.whenReady();
  const { connectors } = new window.WidgetServiceSDK();
  const input = sdk.$("input");
  const status = sdk.$("[role=status]");
  const listbox = sdk.$("[role=listbox]");
  let articles = [];
  let active = -1; // -1: the field itself, then the articles from 0
  let latest = 0;
  let timer;

  function say(message) {
    status.textContent = message;
  }

  function show(found) {
    articles = found;
    listbox.innerHTML = found.map((article) => option(article, input.value)).join("");
    listbox.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
    activate(-1);
  }

  function activate(place) {
    active = place;
    for (const [index, element] of sdk.$$("[role=option]").entries()) {
      element.setAttribute("aria-selected", String(index === place));
    }
    if (place < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", articles[place].id);
    sdk.$("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  async function search(query) {
    const call = ++latest; // an earlier call may be answered later
    listbox.ariaBusy = "true";
    say("Searching…");
    try {
      const answer = await connectors.execute({
        permalink: "help-search",
        method: "GET",
        queryParams: { q: query },
      });
      if (call !== latest) return;
      show(answer.articles);
      say(
        answer.total
          ? `Showing ${answer.articles.length} of ${answer.total}`
          : `Nothing found for “${query}”. Try fewer or other words.`,
      );
    } catch (error) {
      if (call !== latest) return;
      show([]);
      status.innerHTML = `
        <span class="error">${escapeHtml(error.message)}</span> <button>Try again</button>`;
    }
    listbox.ariaBusy = "false";
  }

  function ask() {
    const query = input.value.trim();
    clearTimeout(timer);
    activate(-1);
    if (query) {
      timer = setTimeout(search, DEBOUNCE_MS, query);
    } else {
      latest += 1; // what is still to come has no question any more
      show([]);
      say("Answers appear as you type.");
    }
  }

  function press(event) {
    if (event.isComposing) return;
    const places = articles.length + 1;
    if (event.key === "ArrowDown") activate(((active + 2) % places) - 1);
    else if (event.key === "ArrowUp") activate(((active + places) % places) - 1);
    else if (event.key === "Home" && active >= 0) activate(0);
    else if (event.key === "End" && active >= 0) activate(articles.length - 1);
    else if (event.key === "Enter" && active >= 0) sdk.$("[aria-selected=true]").click();
    else if (event.key === "Escape" && input.value) {
      input.value = "";
      ask();
    } else return;
    event.preventDefault();
  }

  function showTitle({ title }) {
    sdk.$("h2").textContent = title;
  }

  input.addEventListener("input", ask);
  input.addEventListener("keydown", press);
  status.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    input.focus(); // the button goes
    ask();
  });
  sdk.on("propsChanged", showTitle);
  sdk.on("destroy", () => clearTimeout(timer));
  showTitle(sdk.getProps());
  ask();
}

function option({ id, title, section, summary, url }, query) {
  return `
    <a id="${escapeHtml(id)}" role="option" aria-selected="false" tabindex="-1" href="${safeUrl(url)}">
      <strong>${marked(title, query)}</strong>
      <small>${escapeHtml(section)}</small>
      <span>${marked(summary, query)}</span>
    </a>`;
}

/** The text with marks on the beginnings of words that were asked for. */
function marked(text, query) {
  const words = query
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return text
    .split(new RegExp(`(?<![\\p{L}\\p{N}_])(${words.join("|")})`, "giu"))
    .map((piece, index) => (index % 2 ? `<mark>${escapeHtml(piece)}</mark>` : escapeHtml(piece)))
    .join("");
}

/** An address for an attribute; one that would run a script becomes none. */
function safeUrl(url) {
  const { protocol } = new URL(url, document.baseURI);
  return ["http:", "https:"].includes(protocol) ? escapeHtml(url) : "#";
}

function escapeHtml(value) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(value).replace(/[&<>"']/g, (character) => entities[character]);
}
