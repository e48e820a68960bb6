// What every page needs: the colour switch, messages, and dialogs opened by buttons.
import { adoptToasts, showToast } from "./toasts.js";

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    showToast("Copied.", { category: "success" });
  } catch {
    // Without HTTPS browsers forbid the clipboard: select it, so that the keyboard can copy.
    getSelection().selectAllChildren(source);
    showToast("It is selected: copy it with Ctrl+C.");
  }
}

function reflectTheme() {
  const dark = document.documentElement.classList.contains("dark");
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.setAttribute("aria-pressed", String(dark));
  }
  for (const radio of document.querySelectorAll("[data-theme-choice]")) {
    radio.checked = radio.value === window.theme.chosen();
  }
}

document.addEventListener("theme", reflectTheme);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-theme-choice]")) window.theme.choose(event.target.value);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-toggle]")) {
    window.theme.choose(document.documentElement.classList.contains("dark") ? "light" : "dark");
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
  const copier = event.target.closest("[data-copies]");
  if (copier) copy(document.getElementById(copier.dataset.copies));
  // A click on the backdrop lands on the dialog element itself.
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
  for (const video of document.querySelectorAll("video[data-calm]")) {
    video.pause();
    video.controls = true;
  }
}
for (const dialog of document.querySelectorAll("dialog[data-open]")) dialog.showModal();
reflectTheme();
adoptToasts();
