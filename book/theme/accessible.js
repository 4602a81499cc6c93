// What mdBook leaves out for those who use the keyboard or have the page read to them.

(() => {
  // The sign that opens the list of chapters is a label; it acts as a button, and says so.
  document.getElementById("mdbook-sidebar-toggle")?.setAttribute("role", "button");

  // What scrolls by itself can be scrolled with the keyboard.
  const parts = document.querySelectorAll("main pre, main pre > code, main table");
  const reach = () => {
    for (const part of parts) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  addEventListener("load", reach);
})();
