/** An icon of the sprite, as in templates/parts/icon.html. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** Change which icon an svg shows. */
export function setIcon(svg, name) {
  svg.querySelector("use").setAttribute("href", `${document.body.dataset.icons}#${name}`);
}
