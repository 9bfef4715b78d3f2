# SPDX-License-Identifier: ISC
"""Several nginxes run (preflight_nginx=auto), and one of them has a broken
configuration: whom does that concern?"""

from gated_site import share_run
from nginx_site import make_site, needs_nginx, users

pytestmark = needs_nginx

BREAKS = {"PF001": "include %(dir)s/missing.conf;\n",
          "PF002": "server {\n",
          "PF003": "user pf_nobody_at_all;\n"}


def broken(make_site, code):
    """A running nginx of somebody else's, whose files were damaged since."""
    other = make_site(server="location / { return 204; }")
    other.start_nginx()
    damage(other, code)
    return other


def damage(site, code):
    text = open(site.conf).read()
    with open(site.conf, "w") as out:
        if code == "PF003":
            text = text.replace("user %s;" % site.users.worker, "")
        if code == "PF002":
            text += BREAKS[code]
        else:
            text = BREAKS[code] % site.names + text
        out.write(text)


def about(report, site, code):
    """The findings of nginx that name the site's configuration."""
    found = [f for f in report.tree["findings"] if f["code"] == code and
             site.dir in str([f["path"], f["at"], f["message"]])]
    assert found, (code, report.tree["findings"])
    return found


def verdict(site):
    done = site.check("--format=gate", "--program=web", "--nginx=auto")
    return done.stdout.partition("\n")[0].split("\t")


def expect_notice(make_site, code):
    site = make_site(options="-m 007")
    share_run(site)
    site.start_nginx()
    other = broken(make_site, code)
    said, sentence = verdict(site)
    assert said != "fail", sentence
    for finding in about(site.report("--nginx=auto"), other, code):
        assert finding["severity"] == "notice"
        assert finding["message"].endswith(
            " (none of the programs depends on this nginx)")
    return site, other


def test_a_missing_include_of_another_nginx(make_site):
    expect_notice(make_site, "PF001")


def test_a_torn_configuration_of_another_nginx(make_site):
    expect_notice(make_site, "PF002")


def test_no_user_of_another_nginx(make_site):
    expect_notice(make_site, "PF003")


def test_another_nginx_leads_to_a_similar_socket(make_site):
    """Of the same name elsewhere, which alone would be a slip (PF208)."""
    site = make_site(options="-m 007")
    share_run(site)
    site.start_nginx()
    other = make_site()
    other.start_nginx()
    said, sentence = verdict(site)
    assert said != "fail", sentence
    assert "PF208" not in site.report("--nginx=auto").codes("info")
    site.nginx.terminate()
    site.nginx.wait(20)
    site.nginx = None
    assert verdict(site)[1].startswith("PF208 "), verdict(site)


def test_its_own_nginx_is_broken(make_site):
    site, other = expect_notice(make_site, "PF001")
    damage(site, "PF001")
    assert verdict(site)[0] == "fail"
    # Which of the two it is that leads to the program cannot be known now.
    report = site.report("--nginx=auto")
    for one in (site, other):
        assert about(report, one, "PF001")[0]["severity"] == "error"
    assert report.code == 3


def test_no_nginx_is_known_to_lead_there(make_site):
    site = make_site(options="-m 007")
    share_run(site)
    other = broken(make_site, "PF001")
    said, sentence = verdict(site)
    assert said == "fail" and sentence.startswith(("PF001 ", "PF002 ")), \
        sentence
    found = about(site.report("--nginx=auto"), other, "PF001")
    assert found[0]["severity"] == "error"


def test_a_pair_by_place_is_not_certain(make_site):
    """A tree in the program's home only suggests that they belong together."""
    site = make_site(server="location / { root %(home)s/site/static; }")
    site.start_nginx()
    other = broken(make_site, "PF002")
    assert verdict(site)[0] == "fail"
    found = about(site.report("--nginx=auto"), other, "PF002")
    assert found[0]["severity"] == "error"


def test_one_of_two_programs_may_need_it(make_site):
    site, other = expect_notice(make_site, "PF001")
    site.supervisord_conf(extra="[program:lost]\ncommand=/bin/sleep 1\n"
                          "preflight=warn\n")
    found = about(site.report("--nginx=auto"), other, "PF001")
    assert found[0]["severity"] == "error"
    # The other one starts all the same.
    assert verdict(site)[0] != "fail"


def test_a_configuration_that_was_named_matters(make_site):
    site, other = expect_notice(make_site, "PF001")
    with open(site.path("policy.yaml"), "w") as out:
        out.write("version: 1\nnginx: [{conf: %s}, {conf: %s}]\n" % (
            site.conf, other.conf))
    text = open(site.path("supervisord.conf")).read()
    with open(site.path("supervisord.conf"), "w") as out:
        out.write(text.replace("preflight_nginx=" + site.conf, ""))
    report = site.report("--policy", site.path("policy.yaml"))
    assert about(report, other, "PF001")[0]["severity"] == "error"
