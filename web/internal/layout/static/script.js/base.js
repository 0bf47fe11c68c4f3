// What makes pages quicker to use. Each of them is whole without it.
//
// Keys: j and k go along the rows, o opens one, x ticks it, n and p go to the next and the previous thing, / searches,
// ? lists the keys. A row is what has the attribute data-row.
(function () {
	"use strict";

	// Some browsers do not tell what is folded away.
	const shows = (e) => (e.checkVisibility ? e.checkVisibility() : e.offsetParent !== null);
	const rows = () => Array.from(document.querySelectorAll("[data-row]")).filter(shows);
	const current = () => document.querySelector("[data-row].here");

	function go(by) {
		const all = rows();
		if (all.length === 0) return;
		const at = all.indexOf(current());
		const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
		if (at >= 0) all[at].classList.remove("here");
		all[to].classList.add("here");
		const link = all[to].querySelector("a[href]");
		if (link) link.focus({ preventScroll: true });
		all[to].scrollIntoView({ block: "nearest" });
	}

	function follow(rel) {
		const link = document.querySelector("link[rel=" + rel + "]");
		if (link) location.assign(link.href);
	}

	function open() {
		const row = current();
		const link = row && row.querySelector("a[href]");
		if (link) link.click();
	}

	function tick() {
		const row = current();
		const box = row && row.querySelector("input[type=checkbox]");
		if (box) box.click();
	}

	function search() {
		const field = document.querySelector("#search, input[name=q]");
		if (field) field.focus();
	}

	const help = [
		["j, k", "next and previous row"], ["o", "open the row"], ["x", "tick the row"],
		["n, p", "next and previous page, patch or series"], ["/", "search"], ["?", "this list"],
	];

	function tell() {
		let box = document.querySelector("dialog.keys");
		if (!box) {
			box = document.createElement("dialog");
			box.className = "keys";
			const title = document.createElement("h2");
			title.textContent = "Keys";
			const list = document.createElement("dl");
			for (const [key, what] of help) {
				const dt = document.createElement("dt");
				dt.textContent = key;
				const dd = document.createElement("dd");
				dd.textContent = what;
				list.append(dt, dd);
			}
			const close = document.createElement("button");
			close.textContent = "Close";
			close.addEventListener("click", () => box.close());
			box.append(title, list, close);
			document.body.append(box);
		}
		box.showModal();
	}

	const keys = {
		j: () => go(1), k: () => go(-1), o: open, x: tick, n: () => follow("next"), p: () => follow("prev"),
		"/": search, "?": tell,
	};

	document.addEventListener("keydown", (e) => {
		if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
		if (e.target.closest("input:not([type=checkbox]), textarea, select, dialog")) {
			if (e.key === "Escape") e.target.blur();
			return;
		}
		if (!keys[e.key]) return;
		e.preventDefault();
		keys[e.key]();
	});

	// A box with data-all ticks all others of its form. With shift, a click ticks all rows since the last click.
	let last = null;
	document.addEventListener("click", (e) => {
		const box = e.target;
		if (!(box instanceof HTMLInputElement) || box.type !== "checkbox" || !box.form) return;
		const all = Array.from(box.form.querySelectorAll("input[type=checkbox][data-item]"));
		if (box.dataset.all !== undefined) {
			for (const b of all) b.checked = box.checked;
		} else if (box.dataset.item !== undefined) {
			if (e.shiftKey && last && all.includes(last)) {
				const ends = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
				for (const b of all.slice(ends[0], ends[1] + 1)) b.checked = box.checked;
			}
			last = box;
		}
	});

	// What has data-script is for those whose browser runs this.
	for (const e of document.querySelectorAll("[data-script]")) e.hidden = false;

	// Whoever opens a series has seen what is new in it. The page still shows what that was.
	for (const form of document.querySelectorAll("form[data-visit]")) {
		fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" }).then(() => {
			const button = form.querySelector("button");
			form.elements.upto.value = "0";
			button.textContent = "Mark as unseen";
		}, () => {});
	}

	for (const button of document.querySelectorAll("button[data-copy]")) {
		button.addEventListener("click", () => {
			const from = document.getElementById(button.dataset.copy);
			if (!from || !navigator.clipboard) return;
			navigator.clipboard.writeText(from.textContent).then(() => {
				button.textContent = "copied";
			});
		});
	}
})();
