// Requests to this site: CSRF token, JSON, and errors as the sentences that the server wrote.

const COOKIE = /(?:^|; )csrftoken=([^;]+)/;

function token() {
  return document.cookie.match(COOKIE)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

/** What went wrong, as a sentence for the person. status is 0 when the server could not be reached. */
export class RequestError extends Error {
  constructor(message, status, fields = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

const SENTENCES = {
  0: "The server does not answer. Check that it is running, then try again.",
  401: "You have been signed out. Sign in again in another tab, then retry.",
  403: "This page is too old to send from. Reload it and try again.",
  404: "This is no longer here.",
  413: "This file is larger than the server accepts.",
};

/** The error that a response of this status and body stands for. */
export function errorFrom(status, body) {
  const sentence = body?.error ?? SENTENCES[status] ?? "The server could not do this. Try again in a moment.";
  return new RequestError(sentence, status, body?.fields);
}

async function send(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", redirect: "manual", ...options });
  } catch {
    throw errorFrom(0);
  }
  // Pages of a signed-out session redirect to the sign-in form.
  if (response.type === "opaqueredirect") throw errorFrom(401);
  if (response.ok) return response;
  throw errorFrom(response.status, await response.json().catch(() => null));
}

export async function getJSON(url) {
  return (await send(url, { headers: { Accept: "application/json" } })).json();
}

export async function getResponse(url) {
  return send(url, { headers: { Accept: "*/*" } });
}

export async function postJSON(url, data = {}, { keepalive = false } = {}) {
  const response = await send(url, {
    method: "POST",
    keepalive,
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(data),
  });
  return response.status === 204 ? null : response.json();
}

/** Send a form with files; `onProgress` gets 0..1 of what has been sent. `signal` takes it back: AbortError. */
export function upload(url, form, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const ok = request.status >= 200 && request.status < 300;
      if (ok && request.response) resolve(request.response);
      else if (ok) reject(errorFrom(401)); // the sign-in form, to which a signed-out session is sent
      else reject(errorFrom(request.status, request.response));
    });
    request.addEventListener("error", () => reject(errorFrom(0)));
    request.addEventListener("abort", () => reject(new DOMException("Taken back", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
