// The scenes of a project in a row: open one, add one, remove the open one.
import { icon } from "./icon.js";

function button(className, variant, size, ...children) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  if (variant) made.dataset.variant = variant;
  if (size) made.dataset.size = size;
  made.append(...children);
  return made;
}

function pill({ script }, index, current) {
  const words = document.createElement("small");
  words.textContent = script.trim() || "Empty";
  const made = button("scene-pill", "", "", `Scene ${index + 1}`, words);
  made.setAttribute("aria-pressed", String(index === current));
  return made;
}

/** Draw the row; a single scene needs no pill. The focus stays on the pill it was on. */
export function drawScenes(box, scenes, current, { onOpen, onAdd, onRemove }) {
  const many = scenes.length > 1;
  const focused = [...box.children].indexOf(document.activeElement);
  const pills = many ? scenes.map((scene, i) => pill(scene, i, current)) : [];
  pills.forEach((each, i) => each.addEventListener("click", () => onOpen(i)));
  const add = button("btn", "ghost", "sm", icon("plus"), many ? "Scene" : "Add a scene");
  add.addEventListener("click", onAdd);
  const tools = [add];
  if (many) {
    const remove = button("btn", "ghost", "icon", icon("trash-2"));
    remove.setAttribute("aria-label", `Remove scene ${current + 1}`);
    remove.addEventListener("click", onRemove);
    tools.push(remove);
  }
  box.replaceChildren(...pills, ...tools);
  if (focused >= 0) box.children[focused]?.focus();
}
