/**
 * A table of 1,000 rows, as one writes it by hand; and the clock, for itself and for rendering_python. When all is
 * measured, `window.result` has the milliseconds by action, peer and round: until the DOM has changed, and until the next
 * frame is painted.
 */

const COUNT = 1_000;
const CHANGED = 10;
const ROUNDS = 40;

/** How long a frame is shown: a change comes at any moment of it. */
const FRAME = 1000 / 60;

const TABLE = "<table><tbody></tbody></table>";
const ROW = "<tr><td></td><td></td><td><button>Choose</button></td></tr>";

export async function init(sdk) {
  const peers = { javascript: createTable(sdk.root), python: await pythons() };
  const result = {};
  for (const action of ["first", "change", "insert"]) {
    result[action] = await measure(peers, action);
  }
  window.result = result;
}

/** rendering_python, as soon as it is there. */
async function pythons() {
  while (!document.querySelector("[data-widget-type=rendering_python][data-widget-state=ready]")) {
    await later(50);
  }
  const host = document.querySelector("[data-widget-type=rendering_python]");
  return { ...window.rendering_python, root: host.shadowRoot };
}

/**
 * From the change of data to the next painted frame. The peers take turns, and each change comes at a moment of its own
 * within a frame.
 */
async function measure(peers, action) {
  const times = { javascript: [], python: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const moment = (FRAME * ((round * 7) % ROUNDS)) / ROUNDS;
    for (const [name, peer] of Object.entries(peers)) {
      await alone(peer.root, Object.values(peers));
      if (action === "first" && round > 0) await painted(peer, peer.clear);
      await later(moment);
      times[name].push(await painted(peer, peer[action]));
    }
  }
  return times;
}

/** Hides the others, whose layout would count with each frame, and lets the page come to rest. */
async function alone(root, peers) {
  for (const peer of peers) peer.root.host.hidden = peer.root !== root;
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}

/** Milliseconds until the DOM and until the painted frame has what `act` changes, be it now or in a later task. */
function painted({ root }, act) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    let begin = 0;
    let changed = 0;
    // A message that is posted by a frame's callback comes when the frame is painted.
    port2.onmessage = () => resolve([changed, performance.now() - begin]);
    const observer = new MutationObserver(() => {
      changed = performance.now() - begin;
      observer.disconnect();
      requestAnimationFrame(() => port1.postMessage(null));
    });
    observer.observe(root, { subtree: true, childList: true, characterData: true });
    begin = performance.now();
    act();
  });
}

function later(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The table by hand. It goes over all rows, since whoever changed the data did not say where. */
function createTable(container) {
  let rows = [];
  let made = 0;
  let chosen = null;
  const shown = new Map();
  container.innerHTML = TABLE;
  const body = container.querySelector("tbody");
  const template = document.createElement("template");
  template.innerHTML = ROW;

  body.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) {
      chosen = Number(button.closest("tr").dataset.id);
      show();
    }
  });

  function create(id) {
    const element = template.content.firstElementChild.cloneNode(true);
    element.dataset.id = id;
    const [name, score] = element.cells;
    const nodes = { element, name, score };
    shown.set(id, nodes);
    return nodes;
  }

  function show() {
    const gone = new Set(shown.keys());
    let next = body.firstElementChild;
    for (const { id, name, score, active } of rows) {
      gone.delete(id);
      const nodes = shown.get(id) ?? create(id);
      setText(nodes.name, name);
      setText(nodes.score, score.toFixed(1));
      const className = active ? "active" : "";
      if (nodes.element.className !== className) nodes.element.className = className;
      if (nodes.element === next) next = next.nextElementSibling;
      else body.insertBefore(nodes.element, next);
    }
    for (const id of gone) {
      shown.get(id).element.remove();
      shown.delete(id);
    }
  }

  function newRow() {
    made += 1;
    return { id: made, name: `Contact ${made}`, score: made / 7, active: made % 2 === 0 };
  }

  function set(changed) {
    rows = changed;
    show();
  }

  return {
    root: container,
    show,
    chosen: () => chosen,
    first: () => set(Array.from({ length: COUNT }, newRow)),
    clear: () => set([]),
    change: () =>
      set(
        rows.map((row, number) =>
          number % (COUNT / CHANGED) === 0
            ? { ...row, name: `${row.name}!`, score: row.score + 1 }
            : row,
        ),
      ),
    insert: () => set([newRow(), ...rows.slice(0, -1)]),
  };
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
