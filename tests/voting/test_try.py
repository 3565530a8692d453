def test_a(open_world):
    w=open_world
    print(w.roster.units, w.roster.heads)
    r,e=w.cast("zhang",["1-1-101","1-1-202","B1-1-001"])
    print(r.summary())
    w.cast("chen",["2-1-102","B1-1-002"])
    w.close()
    print(w.outcomes.issue(w.assembly_id, by="c1"))
    from voting.outcome.bundle import Level
    from voting.outcome.verify import verify_bundle
    for l in Level:
        print(verify_bundle(w.outcomes.bundle(w.assembly_id,l)))
def test_b(open_engine_world):
    open_engine_world.cast("li",["1-1-102"])
def test_c(open_world): pass
def test_d(world): pass
