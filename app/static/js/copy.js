// <button data-copy="38347481400019">: copies, without the spaces that the page shows.

import { announce, message } from "./messages.js";
import { toast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    toast({ failed: true, text: message("copy_failed") });
    return;
  }
  announce(message("copied"));
  button.classList.add("copy--done");
  button.title = message("copied");
  window.setTimeout(() => button.classList.remove("copy--done"), 2000);
});
