/** Feedback on the community: a validated form whose POST is shown at once, and can be taken back for some seconds. */

export async function init(sdk) {
  await sdk.whenReady();
  const { connectors } = new window.WidgetServiceSDK();
  const form = sdk.$("form");
  const notice = sdk.$(".notice");
  const status = sdk.$(".widget-status");
  const failure = sdk.$(".failure");
  let recent = null; // what members say, once it is there
  let mine = null; // the visitor's own feedback, from when it is sent
  let timer;

  async function load() {
    status.textContent = "Loading…";
    failure.textContent = "";
    try {
      recent = await connectors.execute({ permalink: "feedback-list", method: "GET" });
      status.textContent = "";
      showVoices();
    } catch (error) {
      status.textContent = "";
      failure.innerHTML = `
        <div class="widget-status-error" role="alert">
          <p>${escapeHtml(error.message)}</p>
          <button>Try again</button>
        </div>`;
    }
  }

  function showVoices() {
    if (recent) sdk.$(".voices").innerHTML = voices(mine ? [mine, ...recent] : recent);
  }

  function setMine(feedback) {
    mine = feedback;
    form.hidden = mine !== null;
    showVoices();
  }

  function say(message, { failed = false, undoable = false } = {}) {
    clearTimeout(timer);
    notice.innerHTML = `
      <p class="${failed ? "error" : ""}">
        ${escapeHtml(message)} ${undoable ? "<button>Undo</button>" : ""}
      </p>`;
  }

  /** Whether nothing is missing; what is, is said at its field. */
  function validate({ rating, comment }) {
    const problems = {
      rating: rating ? "" : "Choose one to five stars.",
      comment: comment.trim().length < 10 ? "Tell us a little more: at least ten characters." : "",
    };
    for (const [name, problem] of Object.entries(problems)) {
      sdk.$(`#${name}-problem`).textContent = problem;
      for (const field of sdk.$$(`[name=${name}]`)) field.ariaInvalid = String(problem !== "");
    }
    sdk.$("[aria-invalid=true]")?.focus();
    return !problems.rating && !problems.comment;
  }

  async function send(draft) {
    const payload = { rating: Number(draft.rating), comment: draft.comment.trim() };
    const posted = new Date().toLocaleDateString("sv"); // today, as 2026-11-24
    say("Sending your feedback…");
    notice.focus(); // the form goes, and its button with it
    setMine({ ...payload, posted, member: "You" });
    try {
      const sent = await connectors.execute({ permalink: "feedback-add", method: "POST", payload });
      setMine({ ...sent, member: "You" });
      const thanks = "Thank you for your feedback.";
      say(thanks, { undoable: true });
      timer = setTimeout(say, sdk.getProps().undoSeconds * 1000, thanks);
    } catch (error) {
      setMine(null);
      say(error.message, { failed: true });
    }
  }

  async function undo() {
    const taken = mine;
    say("Your feedback is taken back. You can change it and send it again.");
    notice.focus();
    setMine(null);
    try {
      await connectors.execute({
        permalink: "feedback-remove",
        method: "DELETE",
        queryParams: { id: taken.id },
      });
    } catch (error) {
      setMine(taken);
      say(error.message, { failed: true, undoable: true });
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const draft = Object.fromEntries(new FormData(form));
    if (validate(draft)) send(draft);
  });
  notice.addEventListener("click", (event) => {
    if (event.target.closest("button")) undo();
  });
  failure.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    status.focus(); // the button goes
    load();
  });
  sdk.on("destroy", () => clearTimeout(timer));
  await load();
}

function voices(feedback) {
  if (feedback.length === 0) {
    return `<p class="empty">Nobody has said anything yet. Be the first.</p>`;
  }
  const average = feedback.reduce((sum, { rating }) => sum + rating, 0) / feedback.length;
  return `
    <p class="average">
      <strong>${average.toFixed(1)}</strong> of 5 stars in the last ${feedback.length} ratings
    </p>
    <ul>${feedback.map(voice).join("")}</ul>`;
}

function voice({ rating, member, posted, comment }) {
  const day = new Date(`${posted}T00:00`).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
  });
  return `
    <li>
      <span class="stars" role="img" aria-label="${escapeHtml(rating)} of 5 stars">
        ${"★".repeat(rating)}${"☆".repeat(5 - rating)}
      </span>
      <small>${escapeHtml(member)}, ${escapeHtml(day)}</small>
      <p>${escapeHtml(comment)}</p>
    </li>`;
}

function escapeHtml(value) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(value).replace(/[&<>"']/g, (character) => entities[character]);
}
