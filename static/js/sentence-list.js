// The sentences of a render: state, thumbnail, and the way to hear or change each.
import { icon } from "./icon.js";
import { clock } from "./times.js";

function row(segment, { studioUrl, onPlay }) {
  const item = document.createElement("li");
  item.className = "sentence";
  const play = document.createElement("button");
  play.type = "button";
  play.className = "sentence-play";
  const picture = document.createElement("span");
  picture.className = "sentence-picture";
  const words = document.createElement("span");
  words.className = "sentence-text";
  words.textContent = segment.text;
  const state = document.createElement("span");
  state.className = "sentence-state";
  play.append(picture, words, state);
  play.addEventListener("click", () => onPlay(Number(item.dataset.start)));
  item.append(play);
  if (studioUrl) {
    const change = document.createElement("a");
    change.className = "btn";
    change.dataset.variant = "ghost";
    change.dataset.size = "icon";
    change.href = `${studioUrl}&sentence=${segment.position}`;
    change.setAttribute("aria-label", `Change sentence ${segment.position + 1}`);
    change.title = "Change this sentence";
    change.append(icon("pencil"));
    item.append(change);
  }
  return item;
}

function refresh(item, segment, active) {
  const done = segment.state === "done";
  item.dataset.state = segment.state;
  item.dataset.start = segment.start;
  const play = item.querySelector(".sentence-play");
  play.disabled = !done;
  const picture = item.querySelector(".sentence-picture");
  if (segment.poster && !picture.firstChild) {
    const image = new Image(160, 90);
    image.alt = "";
    image.src = segment.poster;
    picture.append(image);
  }
  const share = segment.frames_planned ? Math.floor((100 * segment.frames_done) / segment.frames_planned) : 0;
  const working = segment.state === "face" && share > 0 ? `${segment.label} ${share} %` : segment.label;
  const text = done ? clock(segment.start) : active ? working : "Not made";
  const state = item.querySelector(".sentence-state");
  if (state.textContent !== text) state.textContent = text;
}

/** Draw the list; rows stay in place, so that focus and scroll position survive. active: the render goes on. */
export function drawSentences(list, segments, options) {
  while (list.children.length > segments.length) list.lastChild.remove();
  segments.forEach((segment, i) => {
    if (!list.children[i]) list.append(row(segment, options));
    refresh(list.children[i], segment, options.active);
  });
}
