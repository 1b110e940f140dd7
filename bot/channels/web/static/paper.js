"use strict";
// A form on paper is typed in with digits: each chooses an answer and goes on to the next statement. 0 is no answer.

document.addEventListener("keydown", (event) => {
  const row = event.target.closest && event.target.closest("[data-row]");
  if (!row || event.ctrlKey || event.altKey || event.metaKey || !/^[0-7]$/.test(event.key)) return;
  event.preventDefault();
  const choices = row.querySelectorAll("input"), next = row.nextElementSibling;
  choices[(Number(event.key) + choices.length - 1) % choices.length].checked = true;
  const to = next.querySelector("input:checked") || next.querySelector("button");
  to.focus();
  next.scrollIntoView({ block: "center" });
});
