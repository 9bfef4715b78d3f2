/* SPDX-License-Identifier: ISC */
/*
 * The status page comes complete from the server and works by its links.  This
 * keeps it up to date, filters it, and carries out actions without leaving it.
 */
"use strict";

(function () {
	var body = document.querySelector("tbody");
	var buttons = document.getElementById("buttons");
	var message = document.getElementById("message");
	var live = document.createElement("span");
	var filter = document.createElement("input");
	var unmatched = document.createElement("p");

	function each(list, fn) {
		Array.prototype.forEach.call(list, fn);
	}

	function rows() {
		return body ? body.rows : [];
	}

	function say(text) {
		message.textContent = text;
		message.className = "status_msg";
		markFailure();
	}

	/* What went wrong looks like it. */
	function markFailure() {
		message.classList.toggle("failed", message.className !==
		    "hidden" && /^ERROR|unexpected rpc fault|^No such/.test(
		    message.textContent));
	}

	/* The uptime of a running process goes on by itself. */
	function uptimeText(seconds) {
		var days = Math.floor(seconds / 86400);
		var rest = seconds % 86400;
		var two = function (n) {
			return (n < 10 ? "0" : "") + n;
		};
		var text = Math.floor(rest / 3600) + ":" +
		    two(Math.floor(rest / 60) % 60) + ":" + two(rest % 60);

		if (days > 0)
			text = days + (days > 1 ? " days, " : " day, ") + text;
		return text;
	}

	function noteStart(row) {
		var uptime = Number(row.dataset.uptime);

		row.begun = uptime >= 0 ? Date.now() - uptime * 1000 : null;
	}

	function tick() {
		if (document.hidden)
			return;
		each(rows(), function (row) {
			var span = row.cells[1].firstElementChild;

			if (row.begun === null)
				return;
			span.textContent = span.textContent.replace(
			    /uptime .*$/, "uptime " + uptimeText(Math.max(0,
			    Math.floor((Date.now() - row.begun) / 1000))));
		});
	}

	/* The numbers of all and of each group, from the rows themselves. */
	function count() {
		countInto(document.getElementById("counts"), function () {
			return true;
		});
		each(document.querySelectorAll("#groups > li"), function (item) {
			var group = item.querySelector("strong").textContent;

			countInto(item.querySelector(".counts"), function (name) {
				return name === group ||
				    name.indexOf(group + ":") === 0;
			});
		});
	}

	function countInto(list, isWanted) {
		var order = ["stopped", "starting", "running", "backoff",
		    "stopping", "exited", "fatal", "unknown"];
		var found = {};

		each(rows(), function (row) {
			var state = row.cells[0].textContent;

			if (isWanted(row.dataset.name))
				found[state] = (found[state] || 0) + 1;
		});
		list.textContent = "";
		order.forEach(function (state) {
			var item = document.createElement("li");

			if (!found[state])
				return;
			item.className = "count-" + state;
			item.textContent = found[state] + " " + state;
			list.appendChild(item);
		});
	}

	function applyFilter(row) {
		var words = filter.value.toLowerCase().split(/\s+/);
		var text = (row.dataset.name + " " + row.cells[0].textContent)
		    .toLowerCase();

		row.classList.toggle("filtered", !words.every(function (word) {
			return text.indexOf(word) >= 0;
		}));
	}

	function filterAll() {
		var shown = 0;

		each(rows(), function (row) {
			applyFilter(row);
			shown += !row.classList.contains("filtered");
		});
		unmatched.hidden = !body || shown > 0;
	}

	function findRow(name) {
		var found = null;

		each(rows(), function (row) {
			if (row.dataset.name === name)
				found = row;
		});
		return found;
	}

	/* A template takes a row as one. */
	function elementOf(html) {
		var holder = document.createElement("template");

		holder.innerHTML = html;
		return holder.content.firstElementChild;
	}

	/* The server's bytes are a row. */
	function takeRow(html) {
		var fresh = elementOf(html);
		var old = fresh && findRow(fresh.dataset.name);

		if (!old) {
			location.replace("./");
			return;
		}
		if (fresh.cells[0].textContent !== old.cells[0].textContent)
			fresh.classList.add("changed");
		replace(old, fresh);
		noteStart(fresh);
		filterAll();
	}

	/* What preflight says, if it did so when the page was made. */
	function takeVerdicts(html) {
		var old = document.getElementById("preflight");

		if (old)
			replace(old, elementOf(html));
		else
			location.replace("./");
	}

	/* Who works by keyboard stays there, if the link is gone too. */
	function replace(old, fresh) {
		var focus = Array.prototype.indexOf.call(
		    old.querySelectorAll("a"), document.activeElement);
		var links = fresh.querySelectorAll("a");
		var link = links[focus];

		old.parentNode.replaceChild(fresh, old);
		if (focus < 0)
			return;
		if (!link || link.classList.contains("hidden"))
			link = links[0];
		link.focus({ preventScroll: true });
	}

	function showLive(on) {
		live.className = on ? "on" : "";
		live.textContent = on ? "live" : "not connected";
	}

	/*
	 * A browser has few connections to a server, and pages that nobody
	 * sees, kept for the way back or in other tabs, would hold them all.
	 */
	function listenWhileSeen() {
		var source = null;

		function look(seen) {
			if (source !== null && !seen) {
				source.close();
				source = null;
				showLive(false);
			} else if (source === null && seen)
				source = listen();
		}

		document.addEventListener("visibilitychange", function () {
			look(!document.hidden);
		});
		window.addEventListener("pagehide", function () {
			look(false);
		});
		window.addEventListener("pageshow", function () {
			look(!document.hidden);
		});
		look(!document.hidden);
	}

	function listen() {
		var source = new EventSource("events");
		var due = null;

		function countAgain() {
			clearTimeout(due);
			due = null;
			count();
		}

		source.onerror = function () {
			showLive(false);
		};
		source.addEventListener("row", function (event) {
			takeRow(event.data);
			if (due === null)
				due = setTimeout(countAgain, 50);
		});
		source.addEventListener("rows", function (event) {
			if (Number(event.data) !== rows().length)
				location.replace("./");
			countAgain();
			showLive(true);
		});
		source.addEventListener("preflight", function (event) {
			takeVerdicts(event.data);
		});
		source.addEventListener("reload", function () {
			location.replace("./");
		});
		return source;
	}

	function act(link) {
		var row = link.closest("tr");

		if (row)
			row.classList.add("busy");
		fetch(link.href, { redirect: "follow" }).then(function (reply) {
			var text = new URL(reply.url).searchParams.get("message");

			if (!reply.ok)
				return reply.text().then(say);
			say(text || "done");
		}).catch(function () {
			/* Perhaps only the way back is blocked: the plain way. */
			location.href = link.href;
		}).then(function () {
			if (row)
				row.classList.remove("busy");
		});
	}

	document.addEventListener("click", function (event) {
		var link = event.target.closest("a");

		if (!link || event.defaultPrevented || event.button !== 0 ||
		    event.ctrlKey || event.metaKey || event.shiftKey)
			return;
		if (link.getAttribute("href") === "#")
			event.preventDefault();
		if (!/[?&]action=/.test(link.search) ||
		    /action=refresh/.test(link.search))
			return;
		event.preventDefault();
		if (/action=(stop|restart)all/.test(link.search) &&
		    !confirm(link.textContent + "?"))
			return;
		act(link);
	});

	filter.id = "filter";
	filter.type = "search";
	filter.placeholder = "Filter by name or state";
	filter.setAttribute("aria-label", filter.placeholder);
	filter.addEventListener("input", function () {
		sessionStorage.setItem("filter", filter.value);
		filterAll();
	});
	filter.addEventListener("keydown", function (event) {
		if (event.key === "Enter") /* there is nothing to send */
			event.preventDefault();
	});
	document.addEventListener("keydown", function (event) {
		if (event.key !== "/" || event.target === filter)
			return;
		event.preventDefault();
		filter.focus();
	});
	/* The page may be loaded anew when a group comes or goes. */
	filter.value = sessionStorage.getItem("filter") || "";
	unmatched.id = "unmatched";
	unmatched.textContent = "No program matches the filter";
	buttons.parentNode.appendChild(unmatched);
	filterAll();
	markFailure();
	buttons.appendChild(document.createElement("li")).appendChild(filter);
	live.id = "live";
	document.getElementById("header").appendChild(live);
	showLive(false);
	each(rows(), noteStart);
	setInterval(tick, 1000);
	count();
	if (window.EventSource)
		listenWhileSeen();
}());
