// The library: posters that play on hover, rename, and deletion that can be undone.
import { postJSON } from "./http.js";
import { showToast } from "./toasts.js";

const UNDO_MS = 7000;
const HOVER_MS = 150;

const grid = document.getElementById("grid");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// ---- posters ---------------------------------------------------------------------------------------------

let hovering = null;

function startClip(poster) {
  if (calm.matches || !poster || poster.querySelector("video")) return;
  const video = document.createElement("video");
  video.src = poster.dataset.clip;
  video.muted = true;
  video.loop = true;
  video.playsInline = true;
  video.setAttribute("aria-hidden", "true");
  poster.append(video);
  video.play().catch(() => video.remove());
}

/** The whole card plays its poster: the link of the title lies over all of it. */
function wirePosters() {
  grid.addEventListener("pointerover", ({ target }) => {
    const card = target.closest(".video-card");
    if (!card || hovering?.card === card) return;
    hovering = { card, timer: setTimeout(() => startClip(card.querySelector("[data-clip]")), HOVER_MS) };
  });
  grid.addEventListener("pointerout", ({ target, relatedTarget }) => {
    const card = target.closest(".video-card");
    if (!card || card.contains(relatedTarget)) return;
    clearTimeout(hovering?.timer);
    hovering = null;
    card.querySelector("video")?.remove();
  });
}

// ---- selection -------------------------------------------------------------------------------------------

const bar = document.getElementById("selection");
const selected = () => [...(grid?.querySelectorAll("[name=selected]:checked") ?? [])].map((box) => box.closest("[data-id]"));

function showSelection() {
  const count = selected().length;
  bar.hidden = count === 0;
  bar.querySelector("[data-count]").textContent = count === 1 ? "1 video selected" : `${count} videos selected`;
}

// ---- deletion --------------------------------------------------------------------------------------------
// The cards vanish at once; the server hears of it when the time for undo is over, or the page is left.

const waiting = new Set();

function remove(cards) {
  if (!cards.length) return;
  const ids = cards.map((card) => card.dataset.id);
  for (const card of cards) {
    card.hidden = true;
    card.querySelector("[name=selected]").checked = false;
  }
  showSelection();
  const deletion = { ids, timer: setTimeout(() => carryOut(deletion), UNDO_MS) };
  waiting.add(deletion);
  const undo = () => {
    clearTimeout(deletion.timer);
    waiting.delete(deletion);
    for (const card of cards) card.hidden = false;
    cards[0].querySelector(".video-title").focus();
  };
  const what = cards.length === 1 ? "1 video is deleted." : `${cards.length} videos are deleted.`;
  showToast(what, { action: { label: "Undo", run: undo }, duration: UNDO_MS - 300 });
}

async function carryOut(deletion, options) {
  waiting.delete(deletion);
  try {
    await postJSON(grid.dataset.deleteUrl, { ids: deletion.ids }, options);
    for (const id of deletion.ids) grid.querySelector(`[data-id="${id}"]`)?.remove();
    if (!grid.querySelector("[data-id]")) location.reload();
  } catch (error) {
    for (const id of deletion.ids) grid.querySelector(`[data-id="${id}"]`)?.removeAttribute("hidden");
    showToast(`Not deleted. ${error.message}`, { category: "error" });
  }
}

addEventListener("pagehide", () => {
  for (const deletion of waiting) {
    clearTimeout(deletion.timer);
    carryOut(deletion, { keepalive: true });
  }
});

// ---- renaming --------------------------------------------------------------------------------------------

const dialog = document.getElementById("rename");
const renameForm = dialog.querySelector("form");
let renaming = null;

function openRename(card) {
  renaming = card;
  renameForm.elements.title.value = card.querySelector(".video-title").textContent;
  dialog.querySelector("[data-problem]").hidden = true;
  dialog.showModal();
  renameForm.elements.title.select();
}

renameForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = dialog.querySelector("[data-problem]");
  try {
    const { title } = await postJSON(renaming.dataset.renameUrl, { title: renameForm.elements.title.value });
    renaming.querySelector(".video-title").textContent = title;
    dialog.close();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
});

// ---- events ----------------------------------------------------------------------------------------------

if (grid) {
  wirePosters();
  grid.addEventListener("change", ({ target }) => target.name === "selected" && showSelection());
  grid.addEventListener("click", ({ target }) => {
    const card = target.closest("[data-id]");
    if (target.closest("[data-rename]")) openRename(card);
    if (target.closest("[data-delete-one]")) remove([card]);
  });
  grid.addEventListener("keydown", (event) => {
    if (event.key === "Delete" && event.target.closest("[data-id]")) remove([event.target.closest("[data-id]")]);
  });
  bar.querySelector("[data-delete]").addEventListener("click", () => remove(selected()));
  bar.querySelector("[data-clear]").addEventListener("click", () => {
    for (const card of selected()) card.querySelector("[name=selected]").checked = false;
    showSelection();
  });
  // htmx has put another grid in: what waits to be deleted stays hidden, what was selected is gone.
  new MutationObserver(() => {
    for (const { ids } of waiting) {
      for (const id of ids) grid.querySelector(`[data-id="${id}"]`)?.setAttribute("hidden", "");
    }
    showSelection();
  }).observe(grid, { childList: true });
}
