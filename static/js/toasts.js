// Short messages at the corner. Basecoat's looks, built from text nodes: what users typed is never HTML.
import { icon } from "./icon.js";

const LASTS_MS = { error: 12000, success: 5000, info: 5000 };

function close(toast) {
  toast.setAttribute("aria-hidden", "true");
  setTimeout(() => toast.remove(), 300);
}

function begin(toast, duration) {
  let timer = setTimeout(() => close(toast), duration);
  const hold = () => clearTimeout(timer);
  const release = () => {
    clearTimeout(timer);
    timer = setTimeout(() => close(toast), 2500);
  };
  for (const type of ["mouseenter", "focusin"]) toast.addEventListener(type, hold);
  for (const type of ["mouseleave", "focusout"]) toast.addEventListener(type, release);
  toast.querySelector("[data-close]")?.addEventListener("click", () => close(toast));
}

/** Begin the time of the messages that came with the page. */
export function adoptToasts() {
  for (const toast of document.querySelectorAll("#toaster .toast")) {
    begin(toast, LASTS_MS[toast.dataset.category] ?? LASTS_MS.info);
  }
}

/**
 * Show a sentence. action: {label, run} adds one button. Returns the function that closes it.
 */
export function showToast(text, { category = "info", action = null, duration = LASTS_MS[category] } = {}) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.category = category;
  toast.setAttribute("role", category === "error" ? "alert" : "status");
  const content = document.createElement("div");
  content.className = "toast-content";
  const section = document.createElement("section");
  const sentence = document.createElement("p");
  sentence.textContent = text;
  section.append(sentence);
  const footer = document.createElement("footer");
  footer.className = "toast-footer";
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.dataset.variant = "outline";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      action.run();
      close(toast);
    });
    footer.append(button);
  }
  const dismiss = document.createElement("button");
  dismiss.type = "button";
  dismiss.className = "btn";
  dismiss.dataset.variant = "ghost";
  dismiss.dataset.size = "icon";
  dismiss.dataset.close = "";
  dismiss.setAttribute("aria-label", "Close this message");
  dismiss.append(icon("x"));
  footer.append(dismiss);
  content.append(icon(category === "error" ? "circle-alert" : "circle-check"), section, footer);
  toast.append(content);
  document.getElementById("toaster").append(toast);
  begin(toast, duration);
  return () => close(toast);
}
