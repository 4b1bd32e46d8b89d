// Runs before the first paint: sets the theme that was chosen on this machine.
(() => {
  const theme = localStorage.getItem("headwater.theme");
  if (theme === "light" || theme === "dark") document.documentElement.style.colorScheme = theme;
})();
