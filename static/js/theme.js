// Dark or light before the first paint: what was chosen, else what the system prefers.
// A classic script, because modules run after the page has been drawn.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");

  const chosen = () => {
    try {
      return localStorage.getItem("theme") ?? "system";
    } catch {
      return "system"; // storage is blocked: follow the system
    }
  };

  const apply = () => {
    const theme = chosen();
    const dark = theme === "dark" || (theme === "system" && system.matches);
    document.documentElement.classList.toggle("dark", dark);
    document.dispatchEvent(new CustomEvent("theme", { detail: { theme, dark } }));
  };

  const choose = (theme) => {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      document.documentElement.classList.toggle("dark", theme === "dark");
      return;
    }
    apply();
  };

  window.theme = { chosen, choose };
  system.addEventListener("change", apply);
  window.addEventListener("storage", (event) => event.key === "theme" && apply());
  apply();
})();
