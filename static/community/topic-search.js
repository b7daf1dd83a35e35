/** The header's search: narrows the page's discussions while one types. */

export function enableTopicSearch() {
  const form = document.querySelector("#search");
  const field = form?.querySelector("input");
  const result = document.querySelector("#search-result");
  if (!form || !field || !result) return;

  /** @type {NodeListOf<HTMLElement>} */
  const topics = document.querySelectorAll(".topic");
  const unsearched = result.textContent;

  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase().split(/\s+/);
    let found = 0;
    for (const topic of topics) {
      const text = topic.textContent?.toLowerCase() ?? "";
      topic.hidden = !words.every((word) => text.includes(word));
      found += topic.hidden ? 0 : 1;
    }
    result.textContent = field.value.trim()
      ? `${found} of ${topics.length} discussions match`
      : unsearched;
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.querySelector("#discussions")?.scrollIntoView();
  });
}
