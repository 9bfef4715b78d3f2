/* SPDX-License-Identifier: ISC */
/*
 * The page has the end of the log; this goes on with what is appended.
 */
"use strict";

(function () {
	var log = document.getElementById("log");
	var tools = document.getElementById("tools");
	var follow = document.createElement("input");
	var label = document.createElement("label");
	var limit = 2000000; /* characters kept */
	var wait = 1000;
	var gone = window.AbortController ? new AbortController() : null;

	function toEnd() {
		if (follow.checked)
			log.scrollTop = log.scrollHeight;
	}

	function add(text) {
		log.appendChild(document.createTextNode(text));
		if (log.textContent.length > limit)
			log.textContent = log.textContent.slice(-limit / 2);
		toEnd();
	}

	/* The stream begins with bytes that are on the page already. */
	function withoutOverlap(text) {
		var shown = log.textContent;
		var length = Math.min(text.length, shown.length);

		while (length > 0 && !shown.endsWith(text.slice(0, length)))
			length--;
		return text.slice(length);
	}

	function read(reader, decoder, first) {
		return reader.read().then(function (part) {
			var text;

			if (part.done)
				return null;
			text = decoder.decode(part.value, { stream: true });
			add(first ? withoutOverlap(text) : text);
			return read(reader, decoder, false);
		});
	}

	function listen() {
		fetch(log.dataset.stream, {
			signal: gone ? gone.signal : null
		}).then(function (reply) {
			if (!reply.ok)
				throw new Error(reply.status);
			wait = 1000;
			return read(reply.body.getReader(),
			    new TextDecoder(), true);
		}).catch(function () {
			wait = Math.min(wait * 2, 30000);
		}).then(function () {
			if (!gone || !gone.signal.aborted)
				setTimeout(listen, wait);
		});
	}

	follow.type = "checkbox";
	follow.checked = true;
	follow.addEventListener("change", toEnd);
	label.appendChild(follow);
	label.appendChild(document.createTextNode(" Follow"));
	tools.appendChild(label);
	log.addEventListener("scroll", function () {
		follow.checked = log.scrollTop + log.clientHeight >=
		    log.scrollHeight - 5;
	});
	/* A page kept for the way back shall not hold a connection. */
	window.addEventListener("pagehide", function () {
		if (gone)
			gone.abort();
	});
	window.addEventListener("pageshow", function (event) {
		if (event.persisted)
			location.reload();
	});
	toEnd();
	if (log.dataset.stream && window.ReadableStream)
		listen();
}());
