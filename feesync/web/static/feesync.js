// What a page does besides being a form: every page works without this file.
"use strict";

(() => {
  const each = (selector, run) => document.querySelectorAll(selector).forEach(run);

  // Buttons that need a script are there only with one.
  const copy = async (button, text) => {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copying is not allowed here";
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  };
  const reveal = (selector, run) => each(selector, (button) => {
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => run(button));
  });
  reveal("[data-copy]", (button) => copy(button, document.getElementById(button.dataset.copy).textContent));
  reveal("[data-copy-link]", (button) => copy(button, location.href.split("#")[0]));
  reveal("[data-print]", () => window.print());

  // Empty fields stay out of the address.
  each("form[method=get]", (form) => form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) {
      if (value === "" && event.formData.getAll(name).every((one) => one === "")) {
        event.formData.delete(name);
      }
    }
  }));

  // A box that suggests while one types: a combobox of ARIA 1.2 with a list.
  const suggest = (box) => {
    const list = document.createElement("ul");
    list.id = `${box.id}-suggestions`;
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    list.hidden = true;
    box.after(list);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    Object.entries(attributes).forEach(([name, value]) => box.setAttribute(name, value));

    let chosen = -1;
    let asked = 0;
    let waiting;
    const close = () => {
      list.hidden = true;
      chosen = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };
    const dismiss = () => {  // what is on its way is not shown either
      asked++;
      clearTimeout(waiting);
      close();
    };
    const choose = (index) => {
      const options = list.children;
      chosen = (index + options.length) % options.length;
      [...options].forEach((option, number) => option.setAttribute("aria-selected", String(number === chosen)));
      box.setAttribute("aria-activedescendant", options[chosen].id);
      options[chosen].scrollIntoView({ block: "nearest" });
    };
    const take = (option) => {
      box.value = option.dataset.value;
      dismiss();
    };
    const show = (found) => {
      list.replaceChildren(...found.map(({ value, label }, number) => {
        const option = document.createElement("li");
        const key = document.createElement("b");
        key.textContent = value;
        option.append(key, ` ${label}`);
        option.id = `${list.id}-${number}`;
        option.dataset.value = value;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        return option;
      }));
      chosen = -1;
      list.hidden = !found.length;
      box.setAttribute("aria-expanded", String(found.length > 0));
      box.removeAttribute("aria-activedescendant");
    };
    const ask = async () => {
      const number = ++asked;
      const date = box.form.elements.date ? box.form.elements.date.value : "";
      const query = new URLSearchParams({ q: box.value, date });
      try {
        const response = await fetch(`${box.dataset.suggest}?${query}`);
        const found = response.ok ? await response.json() : [];
        if (number === asked && document.activeElement === box) {
          show(found);
        }
      } catch {
        close();
      }
    };
    box.addEventListener("input", () => {
      asked++;
      clearTimeout(waiting);
      waiting = setTimeout(ask, 80);
    });
    box.addEventListener("keydown", (event) => {
      if (list.hidden) {
        if (event.key === "ArrowDown" && box.value) {
          event.preventDefault();
          ask();
        }
        return;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        choose(event.key === "ArrowDown" ? chosen + 1 : (chosen < 0 ? 0 : chosen) - 1);
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        take(list.children[chosen]);
      } else if (event.key === "Escape") {
        event.preventDefault();
        dismiss();
      }
    });
    box.addEventListener("blur", dismiss);
    list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the box keeps the focus
      const option = event.target.closest("li");
      if (option) {
        take(option);
      }
    });
  };
  each("[data-suggest]", suggest);

  // A row for another value, as soon as the last one is filled; rows that are pasted are apart.
  each(".field-several", (field) => {
    const boxes = () => [...field.querySelectorAll("input")];
    const name = boxes()[0].getAttribute("aria-label").replace(/ \d+$/, "");
    const added = () => {
      const last = boxes().at(-1);
      const box = document.createElement("input");
      const number = boxes().length + 1;
      ["type", "name", "placeholder", "inputmode", "autocomplete", "spellcheck", "aria-describedby"]
        .filter((attribute) => last.hasAttribute(attribute))
        .forEach((attribute) => box.setAttribute(attribute, last.getAttribute(attribute)));
      box.id = `${last.id}-more`;
      box.setAttribute("aria-label", `${name} ${number}`);
      field.insertBefore(box, field.querySelector(".help"));
      if (last.dataset.suggest) {
        box.dataset.suggest = last.dataset.suggest;
        suggest(box);
      }
      return box;
    };
    field.addEventListener("input", () => {
      if (boxes().at(-1).value) {
        added();
      }
    });
    field.addEventListener("paste", (event) => {
      const lines = event.clipboardData.getData("text").split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean);
      const first = boxes().indexOf(event.target);
      if (lines.length < 2 || first < 0) {
        return;
      }
      event.preventDefault();
      lines.forEach((line, number) => {
        (boxes()[first + number] || added()).value = line;
      });
      if (boxes().at(-1).value) {
        added();
      }
    });
  });

  // Modifiers that the code forbids are switched off, with the reason.
  const code = document.getElementById("f-hcpcs");
  const toggles = document.querySelectorAll("[data-modifier]");
  if (code && toggles.length) {
    code.addEventListener("change", async () => {
      const date = code.form.elements.date ? code.form.elements.date.value : "";
      const query = new URLSearchParams({ hcpcs: code.value, date });
      let refusals = {};
      try {
        const response = await fetch(`/suggest/modifiers?${query}`);
        refusals = response.ok ? await response.json() : {};
      } catch {
        return;
      }
      toggles.forEach((item) => {
        const box = item.querySelector("input");
        const text = item.querySelector("[data-meaning]");
        const refusal = refusals[item.dataset.modifier] || "";
        box.disabled = Boolean(refusal) && !box.checked;
        item.classList.toggle("off", box.disabled);
        text.textContent = refusal || text.dataset.meaning;
      });
    });
  }
})();
