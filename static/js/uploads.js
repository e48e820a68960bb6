// The dialogs that bring portraits and backgrounds: a file, its name, progress, and errors as sentences.
import { upload } from "./http.js";

/** Wire a dialog (templates/studio/_upload.html). onUploaded gets what the server answered. */
export function wireUpload(dialog, url, onUploaded) {
  const form = dialog.querySelector("form");
  const drop = form.querySelector("[data-drop]");
  const fileName = form.querySelector("[data-file-name]");
  const problem = form.querySelector("[data-problem]");
  const sending = form.querySelector("[data-sending]");
  const label = form.querySelector("[data-sending-label]");
  const bar = form.querySelector("progress");
  const submit = form.querySelector("[type=submit]");
  const invitation = fileName.textContent;
  const input = form.elements.namedItem("file");
  const mostMegabytes = Number(form.dataset.mostMegabytes);
  let taking = new AbortController();

  const showProblem = (sentence) => {
    problem.hidden = !sentence;
    problem.querySelector("p").textContent = sentence;
  };
  const showFile = () => {
    const file = input.files[0];
    // Said at once: the server could only say so after the whole file was sent.
    const tooLarge = file?.size > mostMegabytes * 1e6;
    fileName.textContent = file?.name ?? invitation;
    showProblem(
      tooLarge
        ? `The file is too large: it has ${Math.ceil(file.size / 1e6)} MB, we take up to ${mostMegabytes} MB. Make it smaller and try again.`
        : "",
    );
    submit.disabled = tooLarge;
  };
  const reset = () => {
    form.reset();
    sending.hidden = true;
    showFile();
  };

  input.addEventListener("change", showFile);
  for (const type of ["dragover", "dragleave", "drop"]) {
    drop.addEventListener(type, (event) => {
      event.preventDefault();
      drop.toggleAttribute("data-over", type === "dragover");
      if (type === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        showFile();
      }
    });
  }

  // Cancel, Esc: what is on its way is not wanted any more.
  dialog.addEventListener("close", () => taking.abort());

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    showProblem("");
    submit.disabled = true;
    sending.hidden = false;
    label.textContent = "Sending";
    bar.value = 0;
    taking = new AbortController();
    const { signal } = taking;
    const showShare = (share) => {
      bar.value = share;
      if (share === 1) label.textContent = "Reading the file";
    };
    try {
      const answer = await upload(url, new FormData(form), showShare, signal);
      dialog.close();
      reset();
      onUploaded(answer);
    } catch (error) {
      if (signal.aborted) return reset();
      showProblem(error.message);
      sending.hidden = true;
      submit.disabled = false;
    }
  });
}
