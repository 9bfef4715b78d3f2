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

	function each(list, fn) {
		Array.prototype.forEach.call(list, fn);
	}

	function rows() {
		return body ? body.rows : [];
	}

	function say(text) {
		message.textContent = text;
		message.className = "status_msg";
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

	/* The numbers at the top, from the rows themselves. */
	function count() {
		var order = ["stopped", "starting", "running", "backoff",
		    "stopping", "exited", "fatal", "unknown"];
		var found = {};
		var list = document.getElementById("counts");
		var failed;

		each(rows(), function (row) {
			var state = row.cells[0].textContent;

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
		failed = (found.fatal || 0) + (found.backoff || 0);
		document.title = (failed ? "(" + failed + ") " : "") +
		    "Supervisor Status";
	}

	function applyFilter(row) {
		var words = filter.value.toLowerCase().split(/\s+/);
		var text = (row.dataset.name + " " + row.cells[0].textContent)
		    .toLowerCase();

		row.classList.toggle("filtered", !words.every(function (word) {
			return text.indexOf(word) >= 0;
		}));
	}

	function findRow(name) {
		var found = null;

		each(rows(), function (row) {
			if (row.dataset.name === name)
				found = row;
		});
		return found;
	}

	/* The server's bytes are a row; a template takes it as one. */
	function takeRow(html) {
		var holder = document.createElement("template");
		var fresh, old;

		holder.innerHTML = html;
		fresh = holder.content.firstElementChild;
		old = fresh && findRow(fresh.dataset.name);
		if (!old)
			return;
		old.parentNode.replaceChild(fresh, old);
		noteStart(fresh);
		applyFilter(fresh);
	}

	function showLive(on) {
		live.className = on ? "on" : "";
		live.textContent = on ? "live" : "not connected";
	}

	function listen() {
		var source = new EventSource("events");
		var due = null;

		source.onopen = function () {
			showLive(true);
		};
		source.onerror = function () {
			showLive(false);
		};
		source.addEventListener("row", function (event) {
			takeRow(event.data);
			if (due === null)
				due = setTimeout(function () {
					due = null;
					count();
				}, 50);
		});
		source.addEventListener("rows", function (event) {
			if (Number(event.data) !== rows().length)
				location.replace("./");
		});
		source.addEventListener("reload", function () {
			location.replace("./");
		});
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
		each(rows(), applyFilter);
	});
	buttons.appendChild(document.createElement("li")).appendChild(filter);
	live.id = "live";
	document.getElementById("header").appendChild(live);
	showLive(false);
	each(rows(), noteStart);
	setInterval(tick, 1000);
	count();
	if (window.EventSource)
		listen();
}());
