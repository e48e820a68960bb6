// Before and after: an upload beside the avatar made of it, with what was noticed and what helps.
import { icon } from "./icon.js";

const SIGNS = { refuse: "circle-alert", warn: "triangle-alert", fixed: "circle-check" };
const MEANINGS = { refuse: "Cannot be used.", warn: "Could be better.", fixed: "Put right." };

function picture(address, words) {
  const made = document.createElement("img");
  made.src = address;
  made.alt = words;
  made.decoding = "async";
  return made;
}

function clip(address, words) {
  const made = document.createElement("video");
  made.src = address;
  made.muted = true;
  made.controls = true;
  made.playsInline = true;
  made.preload = "metadata";
  made.setAttribute("aria-label", words);
  return made;
}

function findingItem({ severity, sentence }) {
  const item = document.createElement("li");
  const meaning = document.createElement("strong");
  const words = document.createElement("p");
  item.dataset.severity = severity;
  meaning.textContent = MEANINGS[severity];
  words.append(meaning, ` ${sentence}`);
  item.append(icon(SIGNS[severity]), words);
  return item;
}

/** A button that stands back, or the one that stands out. */
function plain(button, back) {
  if (back) button.dataset.variant = "outline";
  else delete button.dataset.variant;
}

/** What one line says of a check. */
function summary({ state, report }) {
  if (state === "checking") return "The face is looked for, measured and cut out. This takes a few seconds.";
  if (state === "refused") return "No avatar could be made. Here is why, and what helps.";
  if (report.some(({ severity }) => severity === "warn")) return "It works. It could look better:";
  return report.length ? "It is ready. This was put right:" : "It is ready: nothing stands in its way.";
}

const HEADINGS = { checking: "Looking at your upload", ready: "Your avatar", refused: "This upload cannot be used" };

/**
 * Wire the dialog (templates/studio/_review.html). onAnother gets the avatar that is not wanted.
 * Returns show(avatar), which opens the dialog, update(), to be called when that avatar's state changes, and
 * shows(avatar): whether it is what the user is looking at.
 */
export function wireReview(dialog, onAnother) {
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  let shown = null;

  const fill = () => {
    const { state, kind, problem, report, upload, cutout } = shown;
    // A refusal without measurements, such as a damaged file, still says why.
    const findings = report.length || state !== "refused" ? report : [{ severity: "refuse", sentence: problem }];
    dialog.dataset.state = state;
    part("heading").textContent = HEADINGS[state];
    part("summary").textContent = summary(shown);
    part("prepared").hidden = state === "refused";
    part("after").classList.toggle("skeleton", state === "checking");
    part("after").replaceChildren(...(cutout ? [picture(cutout, "The avatar without its background")] : []));
    if (!part("before").children.length && upload) {
      const show = kind === "video" ? clip : picture;
      part("before").append(show(upload, "The upload as it was sent"));
    }
    part("findings").replaceChildren(...findings.map(findingItem));
    part("use").textContent = { checking: "Close", ready: "Use it", refused: "Close" }[state];
    part("another").hidden = state === "checking";
    // The way on is the button that stands out.
    plain(part("use"), state !== "ready");
    plain(part("another"), state !== "refused");
  };

  part("another").addEventListener("click", () => {
    dialog.close();
    onAnother(shown);
  });

  return {
    show(avatar) {
      shown = avatar;
      part("before").replaceChildren();
      fill();
      dialog.showModal();
    },
    update: fill,
    shows: (avatar) => avatar === shown && dialog.open,
  };
}
