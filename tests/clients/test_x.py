from tests.clients.journeys import *
def test_x(journey: Journey) -> None:
    s = journey.stage
    print("=====", s.client.name, journey.learnt, s.left, s.model.outside)
    for n in ("task", "correction", "next", "compacted", "cleared"):
        p = getattr(journey, n)
        if not p: continue
        print("--", n, p.session, len(p.asked), "RULE" , RULE in p.first.text, "FILE", FILE_RULE in p.first.text, "LEARNT", journey.learnt in p.first.text, "sessions", sorted({a.session for a in p.asked}))
        for a in p.asked:
            print("     ", len(a.turns), a.turns[-1].role, repr(a.turns[-1].text[:70]), a.text.count(RULE), a.text.count(FILE_RULE), a.text.count(journey.learnt))
    for x in s.sessions(): print(x)
    for f in s.facts(): print(f.kind, f.session, f.text[:100], f.source)
