# SPDX-License-Identifier: ISC
"""The pages as a person has them: in Chromium, by mouse and by keyboard.

What each test saw is kept as a picture in the folder browser/ of the build
folder.  After each test the browser's console has to be empty: no script
error, nothing that the page's content policy had to stop, no failed request.
"""

import contextlib
import os
import shutil
import signal

import pytest

import gated_site
import nginx_site
import supd

webdriver = pytest.importorskip(
    "selenium.webdriver", reason="python3-selenium is not installed")
By = pytest.importorskip("selenium.webdriver.common.by").By
Keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
Service = pytest.importorskip(
    "selenium.webdriver.chrome.service").Service

CHROMIUM = "/usr/bin/chromium"
DRIVER = "/usr/bin/chromedriver"

pytestmark = pytest.mark.skipif(
    not (supd.installed(CHROMIUM) and supd.installed(DRIVER)),
    reason="chromium or chromium-driver is not installed")

SWITCHES = """--headless --no-sandbox --disable-gpu --disable-quic
--no-first-run --disable-background-networking --disable-component-update
--disable-sync --disable-dev-shm-usage""".split()

INET = """
[inet_http_server]
port=127.0.0.1:%d
"""

PROGRAMS = INET + """
[program:api]
command=/bin/cat
startsecs=0
autorestart=false
stdout_logfile={dir}/api.log

[program:broken]
command=/nonexistent/program
startretries=0

[program:mailer]
command=/bin/cat
startsecs=0
autostart=false

[group:workers]
programs=images,invoices

[program:images]
command=/bin/cat
startsecs=0

[program:invoices]
command=/bin/cat
startsecs=0
"""


class Page:
    """A browser, and the words the tests are written in."""

    def __init__(self, driver):
        self.driver = driver
        self.url = None

    def emulate(self, width=1200, height=800, scheme="light", script=True):
        tell = self.driver.execute_cdp_cmd
        tell("Emulation.setDeviceMetricsOverride",
             {"width": width, "height": height, "deviceScaleFactor": 1,
              "mobile": width < 500})
        tell("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": scheme}]})
        tell("Emulation.setScriptExecutionDisabled", {"value": not script})

    def open(self, path="", live=True):
        self.driver.get(self.url + path)
        if live:
            supd.wait_until(lambda: self.one("#live").text == "live", "live")

    def leave(self):
        """Before the daemon ends, which the console would complain of."""
        self.driver.get("about:blank")

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def run(self, script):
        return self.driver.execute_script("return " + script)

    def cell(self, name, selector):
        return self.one("tr[data-name='%s'] %s" % (name, selector))

    def state(self, name):
        """As it is shown now; asked in one go, as rows are replaced."""
        return self.run("document.querySelector(\"tr[data-name='%s'] "
                        ".status span\").textContent" % name)

    def wait_state(self, name, state):
        supd.wait_until(lambda: self.state(name) == state,
                        "row %s %s" % (name, state),
                        show=lambda: self.state(name))

    def message(self):
        return self.run("document.getElementById('message').textContent")

    def wait_message(self, text):
        supd.wait_until(lambda: text in self.message(), text,
                        show=self.message)

    def press(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()

    def shown_rows(self):
        return self.run("[...document.querySelectorAll('tbody tr')].filter("
                        "r => r.offsetHeight).map(r => r.dataset.name)")

    def fits(self):
        return self.run("document.documentElement.scrollWidth <= innerWidth")

    def keep(self, name):
        """A picture of what the window shows."""
        folder = os.path.join(os.environ["SUPD_BUILDDIR"], "..", "browser")
        os.makedirs(folder, exist_ok=True)
        assert self.driver.save_screenshot(os.path.join(folder, name + ".png"))


@pytest.fixture(scope="module")
def chromium():
    profile = supd.short_dir("supd-chromium-")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in SWITCHES + ["--user-data-dir=" + profile]:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service(DRIVER), options=options)
    driver.set_page_load_timeout(30)
    yield driver
    driver.quit()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture(scope="module")
def served():
    port = supd.free_port()
    with supd.Daemon(programs=PROGRAMS % port) as daemon:
        daemon.port = port
        yield daemon


@pytest.fixture
def browser(chromium):
    page = Page(chromium)
    page.emulate()
    yield page
    page.emulate()
    assert chromium.get_log("browser") == []
    page.leave()


@pytest.fixture
def page(browser, served):
    """The status page of a daemon whose programs are as configured."""
    for name in ("api", "workers:images", "workers:invoices"):
        if served.state(name) != "RUNNING":
            served.rpc.supervisor.startProcess(name)
    if served.state("mailer") == "RUNNING":
        served.rpc.supervisor.stopProcess("mailer")
    served.wait_state("broken", "FATAL")
    browser.url = "http://127.0.0.1:%d/" % served.port
    browser.open()
    browser.run("sessionStorage.clear()")
    return browser


# What is shown

def test_the_state_at_a_glance(page):
    assert page.driver.title == "Supervisor Status"
    assert page.shown_rows() == ["api", "broken", "mailer", "workers:images",
                                 "workers:invoices"]
    assert page.run("[...counts.children].map(c => c.textContent)") == [
        "1 stopped", "3 running", "1 fatal"]
    assert page.state("broken") == "fatal"
    assert page.cell("broken", "td:nth-child(2)").text == \
        "can't find command '/nonexistent/program'"
    assert [link.text for link in page.all("tr[data-name=api] .action a")] == [
        "Restart", "Stop", "Clear Log", "Tail -f Stdout", "Tail -f Stderr"]
    assert page.fits()
    page.keep("status-light")


def test_an_action_is_in_the_same_place_in_each_row(page):
    places = {link.rect["x"] for link in page.all("a[name='Clear Log']")}
    assert len(places) == 1


def luminance(page, selector, what):
    """0 is black and 1 is white."""
    colour = page.one(selector).value_of_css_property(what)
    numbers = colour[colour.index("(") + 1:].rstrip(")").split(",")[:3]
    linear = [(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
              for c in (float(n) / 255 for n in numbers)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_schemes_are_readable(page, scheme):
    page.emulate(scheme=scheme)
    back = luminance(page, "body", "background-color")
    assert back > 0.8 if scheme == "light" else back < 0.05
    for selector in (".statusrunning", ".statuserror", ".statusnominal"):
        two = sorted(luminance(page, selector, what)
                     for what in ("color", "background-color"))
        assert (two[1] + 0.05) / (two[0] + 0.05) >= 4.5, selector
    page.keep("status-" + scheme)


@pytest.mark.parametrize("width", [320, 390, 768])
def test_narrow_windows_need_no_sideways_scrolling(page, width):
    page.emulate(width=width, height=1300)
    assert page.fits()
    assert page.cell("api", "a[name=Restart]").is_displayed()
    if width < 500:
        height = page.cell("api", "a[name=Restart]").rect["height"]
        assert height >= 32  # for a finger
    page.keep("status-%d" % width)


def test_no_programs(browser):
    port = supd.free_port()
    with supd.Daemon(programs=INET % port):
        browser.url = "http://127.0.0.1:%d/" % port
        browser.open()
        assert browser.one("#empty").text == "No programs to manage"
        assert browser.all("table") == []
        browser.keep("empty")
        browser.leave()


@nginx_site.needs_nginx
def test_why_preflight_refuses_is_in_the_row(browser):
    port = supd.free_port()
    with contextlib.ExitStack() as stack:
        users = nginx_site.Users()
        stack.callback(users.remove)
        site = nginx_site.Site(users, options="-m 007")
        stack.callback(site.close)
        site.chmod("home", 0o700)
        stack.enter_context(supd.Daemon(programs=INET % port + """
[program:web]
command=%s
directory=%s/site
user=%s
preflight=block
preflight_nginx=%s
""" % (site.command, site.names["home"], users.app, site.conf)))
        browser.url = "http://127.0.0.1:%d/" % port
        browser.open()
        browser.wait_state("web", "fatal")
        told = browser.cell("web", "td:nth-child(2)").text
        assert told.startswith("preflight: PF101 ")
        supd.wait_until(lambda: browser.one("#counts").text == "1 fatal",
                        "count")
        browser.keep("preflight")
        browser.emulate(width=390)
        assert browser.fits()
        browser.keep("preflight-390")
        # Mended, and looked at again without leaving the page.
        browser.emulate()
        browser.run("window.mark = 'same page'")
        assert browser.one("#preflight .verdict").text == "fail"
        site.chmod("home", 0o711)
        gated_site.share_run(site)
        browser.one("#preflight a.act").click()
        supd.wait_until(lambda: browser.one("#preflight .verdict").text ==
                        "ok", "another verdict")
        assert browser.one("#message").text == "Program web checked"
        assert browser.run("window.mark") == "same page"
        assert browser.run("document.activeElement.textContent") == \
            "Check"
        browser.keep("preflight-mended")
        browser.leave()


# What happens without a reload

def test_a_death_shows_at_once(page, served):
    page.run("window.mark = 'same page'")
    pid = served.rpc.supervisor.getProcessInfo("api")["pid"]
    os.kill(pid, signal.SIGKILL)
    page.wait_state("api", "exited")
    assert page.cell("api", ".status span").get_attribute("class") == \
        "statusnominal"
    assert page.cell("api", "a[name=Start]").is_displayed()
    # The row that has changed shows it for a moment, and only that row.
    assert page.run("[...document.querySelectorAll('tr.changed')].map("
                    "r => r.dataset.name)") == ["api"]
    supd.wait_until(lambda: "1 exited" in page.one("#counts").text, "count")
    assert page.run("window.mark") == "same page"
    page.keep("died")


def test_an_uptime_goes_on(page):
    first = page.cell("api", "td:nth-child(2)").text
    supd.wait_until(
        lambda: page.cell("api", "td:nth-child(2)").text != first, "a tick")


def test_actions_by_click(page, served):
    page.run("window.mark = 'same page'")
    page.cell("mailer", "a[name=Start]").click()
    page.wait_state("mailer", "running")
    page.wait_message("Process mailer started")
    page.keep("message")
    page.cell("mailer", "a[name=Stop]").click()
    page.wait_state("mailer", "stopped")
    page.wait_message("Process mailer stopped")
    page.cell("broken", "a[name=Start]").click()
    page.wait_message("ERROR: Process broken: no such file")
    assert "failed" in page.one("#message").get_attribute("class")
    page.keep("message-error")
    assert page.run("window.mark") == "same page"
    assert served.state("mailer") == "STOPPED"


def test_actions_of_a_group(page):
    def press(action):
        page.one("#groups a[href$='action=%s']" % action).click()

    press("stopgroup")
    page.wait_state("workers:images", "stopped")
    page.wait_state("workers:invoices", "stopped")
    assert page.state("api") == "running"
    supd.wait_until(lambda: page.one("#groups .counts").text == "2 stopped",
                    "the group's count")
    page.keep("group-stopped")
    press("startgroup")
    page.wait_state("workers:images", "running")
    page.wait_state("workers:invoices", "running")


def test_all_are_stopped_only_after_a_question(page):
    button = page.one("a[href='index.html?action=stopall']")
    button.click()
    page.driver.switch_to.alert.dismiss()
    assert page.state("api") == "running"
    button.click()
    page.driver.switch_to.alert.accept()
    page.wait_state("api", "stopped")
    page.wait_message("All stopped at ")


def tab_to(page, wanted):
    """Presses Tab until the focus is where the expression says."""
    for _ in range(80):
        page.press(Keys.TAB)
        if page.run("(a => %s)(document.activeElement)" % wanted):
            return
    raise AssertionError("no way by keyboard to " + wanted)


def test_actions_by_keyboard_alone(page):
    tab_to(page, "a.name === 'Start' && "
           "a.closest('tr').dataset.name === 'mailer'")
    outline = page.run("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    page.keep("keyboard")
    page.press(Keys.ENTER)
    page.wait_state("mailer", "running")
    # The row is another one now, and the focus is still in it.
    supd.wait_until(lambda: page.run("document.activeElement.name") ==
                    "Restart", "focus in the new row")
    page.press(Keys.TAB)
    assert page.run("document.activeElement.name") == "Stop"
    page.press(Keys.ENTER)
    page.wait_state("mailer", "stopped")
    page.wait_message("Process mailer stopped")


def test_hidden_actions_are_not_in_the_way_of_tab(page):
    tab_to(page, "a.name === 'Start' && "
           "a.closest('tr').dataset.name === 'mailer'")
    page.press(Keys.TAB)
    assert page.run("document.activeElement.name") == "Clear Log"


def test_the_filter(page, served):
    page.press("/")
    page.press("work")
    assert page.shown_rows() == ["workers:images", "workers:invoices"]
    page.keep("filter")
    page.press(" inv")
    assert page.shown_rows() == ["workers:invoices"]
    page.press("xyz", Keys.ENTER)
    assert page.shown_rows() == []
    assert page.one("#unmatched").text == "No program matches the filter"
    page.one("#filter").clear()
    page.one("#filter").send_keys("stopped")
    assert page.shown_rows() == ["mailer"]
    # A row that changes is filtered as it is then.
    served.rpc.supervisor.startProcess("mailer")
    supd.wait_until(lambda: page.shown_rows() == [], "the row gone")
    page.one("#filter").clear()
    page.one("#filter").send_keys("a")
    assert "api" in page.shown_rows()


# The log

def test_the_log_view_follows(page, served):
    served.rpc.supervisor.sendProcessStdin("api", "first <b>line</b>\n")
    page.open("tail.html?processname=api", live=False)
    assert page.driver.title == "Supervisor tail of process api"
    supd.wait_until(lambda: "first <b>line" in page.one("#log").text, "line")

    def at_end():
        return page.run("log.scrollTop + log.clientHeight >= "
                        "log.scrollHeight - 5")

    served.rpc.supervisor.sendProcessStdin("api", "more\n" * 200 + "last\n")
    supd.wait_until(lambda: "last\n" in page.run("log.textContent"), "last")
    assert page.run("log.textContent").count("first <b>line") == 1
    supd.wait_until(at_end, "the end in view")
    page.keep("tail-light")
    page.emulate(scheme="dark")
    page.keep("tail-dark")
    page.emulate(width=390)
    assert page.fits()
    page.keep("tail-390")

    # Who scrolls back to read is left there, until Follow is wanted again.
    page.run("log.scrollTop = 0")
    box = page.one("#tools input")
    supd.wait_until(lambda: not box.is_selected(), "not followed")
    served.rpc.supervisor.sendProcessStdin("api", "later\n")
    supd.wait_until(lambda: "later\n" in page.run("log.textContent"), "later")
    assert page.run("log.scrollTop") == 0
    box.click()
    supd.wait_until(at_end, "the end in view")


def test_pages_that_were_left_hold_no_connection(page):
    # A browser has six of them for a server, and asks no more after that.
    for _ in range(5):
        page.open()
        page.open("tail.html?processname=api", live=False)
    page.driver.back()
    supd.wait_until(lambda: page.all("#live.on"), "live again")
    page.cell("mailer", "a[name=Start]").click()
    page.wait_state("mailer", "running")


# Without scripts

def test_plain_links_without_scripts(page, served):
    page.emulate(script=False)
    page.open(live=False)
    assert page.all("#live") == []
    assert page.all("#filter") == []
    page.keep("no-script")
    page.cell("mailer", "a[name=Start]").click()
    supd.wait_until(lambda: "message=Process" in page.driver.current_url,
                    "the way back")
    assert page.one(".status_msg").text == "Process mailer started"
    assert page.cell("mailer", ".status span").text == "running"
    page.one("#groups a[href$='action=stopgroup']").click()
    supd.wait_until(lambda: served.state("workers:images") == "STOPPED",
                    "group stopped")
    supd.wait_until(lambda: "workers" in page.one(".status_msg").text,
                    "message")
    page.one("a[href='index.html?action=refresh']").click()
    supd.wait_until(lambda: "Page refreshed at" in
                    page.one(".status_msg").text, "refreshed")
