// The engine that makes the face speak: what may be chosen, under which terms, and why the rest may not.

const STANDARD = "standard";
const WHY = { planned: " (planned)", forbidden: " (not allowed here)", lacking: " (not ready)" };

/** What one needs to know before making money with it: the licence, and a plain sentence. */
export function licenceLine({ title, licence, commercial, commercial_label }) {
  const mark = document.createElement("strong");
  mark.textContent = commercial_label;
  mark.dataset.commercial = commercial;
  return [`${title}: ${licence}. `, mark, "."];
}

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

function option(text, value, { chosen = false, disabled = false } = {}) {
  const made = new Option(text, value, chosen, chosen);
  made.disabled = disabled;
  return made;
}

/** heads: as studio/page.py lists them; scene: whose head and quality are shown. */
export function showHead(box, heads, scene) {
  const find = (part) => box.querySelector(part);
  box.hidden = heads.length === 0;
  const head = heads.find(({ name }) => name === scene.head);
  const options = heads.map(({ name, title, problem, state }) => {
    const chosen = name === scene.head;
    return option(title + (WHY[state] ?? ""), name, { chosen, disabled: Boolean(problem) && !chosen });
  });
  // What a draft names and the server no longer knows stays visible, and is not replaced in silence.
  if (!head && heads.length) options.unshift(option(`${scene.head} (gone)`, scene.head, { chosen: true }));
  find("#head").replaceChildren(...options);

  const qualities = head?.qualities ?? [];
  find("[data-qualities]").hidden = qualities.length === 0;
  find("#quality").replaceChildren(
    ...qualities.map((name) => option(capital(name), name, { chosen: name === (scene.quality || STANDARD) })),
  );

  const terms = find("[data-terms]");
  terms.hidden = !head;
  if (head) terms.replaceChildren(...licenceLine(head), ` Hardware: ${head.hardware}.`);
  const problem = find("[data-problem]");
  problem.hidden = !head?.problem;
  problem.querySelector("p").textContent = head?.problem ?? "";
  showReasons(find("[data-others]"), heads.filter((each) => each.problem && each !== head));
}

function showReasons(box, others) {
  box.hidden = others.length === 0;
  const count = others.length === 1 ? "One more engine" : `${others.length} more engines`;
  box.querySelector("summary span").textContent = `${count}, not available here`;
  box.querySelector("dl").replaceChildren(
    ...others.flatMap(({ title, summary, problem }) => {
      const [name, why] = [document.createElement("dt"), document.createElement("dd")];
      name.textContent = title;
      why.textContent = `${summary} ${problem}`;
      return [name, why];
    }),
  );
}
