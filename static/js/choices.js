// Avatars, voices and backgrounds as groups of radio buttons: arrow keys, labels and focus come with them.
import { icon } from "./icon.js";

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function radio(name, id, checked) {
  const input = element("input");
  input.type = "radio";
  input.name = name;
  input.value = id;
  input.checked = checked;
  return input;
}

/** A picture without words of its own: its name stands beside it. Sizes are known, so nothing shifts. */
function image(address, width, height) {
  const made = element("img");
  made.src = address;
  made.alt = "";
  made.width = width;
  made.height = height;
  made.loading = "lazy";
  made.decoding = "async";
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** A colour or gradient as a small drawing; style attributes are forbidden by the content policy. */
function swatch({ kind, colours, angle }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("viewBox", "0 0 16 9");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("width", "16");
  rect.setAttribute("height", "9");
  rect.setAttribute("fill", colours[0] ?? "#ffffff");
  if (kind === "gradient") {
    const id = `gradient-${colours.join("").replaceAll("#", "")}-${Math.round(angle)}`;
    const gradient = document.createElementNS(SVG, "linearGradient");
    gradient.id = id;
    gradient.setAttribute("gradientTransform", `rotate(${angle - 90} .5 .5)`);
    colours.forEach((colour, i) => {
      const stop = document.createElementNS(SVG, "stop");
      stop.setAttribute("offset", String(i / Math.max(1, colours.length - 1)));
      stop.setAttribute("stop-color", colour);
      gradient.append(stop);
    });
    svg.append(gradient);
    rect.setAttribute("fill", `url(#${id})`);
  }
  svg.append(rect);
  return svg;
}

function removeButton(row, onRemove) {
  const button = element("button", "tile-remove", icon("x"));
  button.type = "button";
  button.setAttribute("aria-label", `Delete ${row.name}`);
  button.addEventListener("click", () => onRemove(row));
  return button;
}

function tile(group, row, picture, chosen, onRemove) {
  const label = element("label", "tile", radio(group, row.id, chosen), picture, element("span", "tile-name", row.name));
  const item = element("li", "relative", label);
  if (row.own && onRemove) item.append(removeButton(row, onRemove));
  return item;
}

/** One avatar. Those that are being checked or were refused can be chosen to read why they wait. */
export function avatarTile(avatar, chosen, onRemove) {
  const picture = element("span", "tile-picture");
  if (avatar.thumbnail) picture.append(image(avatar.thumbnail, 512, 512));
  if (avatar.state === "checking") {
    picture.classList.add("skeleton");
    picture.append(element("span", "tile-state", "Checking"));
  }
  if (avatar.state === "refused") picture.append(element("span", "tile-state", icon("circle-alert"), "Refused"));
  return tile("avatar", avatar, picture, chosen, onRemove);
}

const SIGNS = { keep: "image", blur: "image", transparent: "layers" };

/** One background; those made from the avatar's own picture show that picture. */
export function backgroundTile(background, chosen, avatar, onRemove) {
  const { kind } = background;
  const picture = element("span", "tile-picture");
  const address = background.thumbnail || (kind === "image" ? background.media : "");
  if (kind === "colour" || kind === "gradient") picture.append(swatch(background));
  else if (address) picture.append(image(address, 320, 180));
  else if ((kind === "keep" || kind === "blur") && (avatar?.picture || avatar?.thumbnail)) {
    const own = image(avatar.picture || avatar.thumbnail, 320, 180);
    if (kind === "blur") own.classList.add("blur-[3px]", "scale-110");
    picture.append(own);
  } else picture.append(element("span", "absolute inset-0 grid place-items-center [&_svg]:size-5", icon(SIGNS[kind] ?? "image")));
  return tile("background", background, picture, chosen, onRemove);
}

/** One voice, with its sample. Unavailable ones say what they need; one's own can be deleted. */
export function voiceRow(voice, chosen, onPlay, onRemove) {
  const input = radio("voice", voice.id, chosen);
  input.disabled = Boolean(voice.problem);
  const about = [voice.language_name, voice.gender].filter(Boolean).join(", ");
  const own = voice.own && (voice.state === "checking" ? "Your voice, being checked" : "Your voice");
  const told = [own, about, voice.note].filter(Boolean).join(". ");
  const label = element("label", "", input, element("span", "", voice.name), element("small", "", voice.problem || told));
  const row = element("li", "voice", label);
  if (voice.problem) row.dataset.unavailable = "";
  if (voice.sample) {
    const button = element("button", "btn", icon("play"));
    button.type = "button";
    button.dataset.variant = "ghost";
    button.dataset.size = "icon";
    button.setAttribute("aria-label", `Listen to ${voice.name}`);
    button.addEventListener("click", () => onPlay(voice, button));
    row.append(button);
  }
  if (voice.own) row.append(deleteButton(voice, onRemove));
  return row;
}

function deleteButton(voice, onRemove) {
  const button = element("button", "btn", icon("trash-2"));
  button.type = "button";
  button.dataset.variant = "ghost";
  button.dataset.size = "icon";
  button.setAttribute("aria-label", `Delete ${voice.name}`);
  button.addEventListener("click", () => onRemove(voice));
  return button;
}
