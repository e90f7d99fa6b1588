import pytest
pytestmark = pytest.mark.store
@pytest.mark.parametrize("i", range(6))
def test_a(conn,i):
    assert conn.execute("select count(*) from customers").fetchone()==(0,)
