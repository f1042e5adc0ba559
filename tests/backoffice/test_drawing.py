"""Coordinates of the pictures drawn on the server."""

from backoffice import drawing


def test_one_amount_draws_no_line():
    assert drawing.spark([100]) is None


def test_the_last_point_is_odd_from_twice_the_usual_amount_on_and_from_half_of_it_down():
    assert drawing.spark([100, 100, 100, 200]).odd
    assert not drawing.spark([100, 100, 100, 199]).odd
    assert drawing.spark([100, 100, 100, 50]).odd
    assert not drawing.spark([100, 100, 100, 51]).odd


def test_a_steady_sellers_cents_stay_a_flat_line():
    spark = drawing.spark([10_000, 10_010, 9_990, 10_000])
    heights = [float(point.split(",")[1]) for point in spark.points.split()]
    assert max(heights) - min(heights) < 1


def test_every_point_stays_inside_the_picture():
    spark = drawing.spark([-500, 0, 1_000_000, 3])
    for point in spark.points.split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= drawing.WIDTH
        assert 0 <= y <= drawing.HEIGHT


def test_the_words_say_what_the_picture_shows():
    assert drawing.spark([100, 100, 150]).label == "Last 3 payouts, now 50% above usual"
    assert drawing.spark([100, 100, 80]).label == "Last 3 payouts, now 20% below usual"
    assert drawing.spark([0, 0, 5]).label == "Last 3 payouts, no usual amount"


def test_bars_stand_on_the_floor_and_end_below_a_round_ceiling():
    chart = drawing.bars(["a", "b"], [("b-paid", [2.4, 3.05]), ("b-held", [0.0, 0.01])])
    assert chart.ticks[0] == (chart.floor, "0")
    assert chart.ticks[-1][1] == "4"
    held_nothing, held_little = chart.groups[0].bars[1], chart.groups[1].bars[1]
    assert held_nothing.height == 0
    assert held_little.height == 1.5  # little is seen, nothing is not
    assert all(bar.y + bar.height == chart.floor for group in chart.groups for bar in group.bars)


def test_a_chart_of_nothing_has_an_axis():
    assert [word for _, word in drawing.bars([], []).ticks] == ["0", "0.25", "0.5", "0.75", "1"]


def test_labels_that_would_touch_are_written_only_where_there_is_room():
    weeks = [f"{day}月{day + 10}日" for day in range(10, 22)]
    drawn = drawing.bars(weeks, [("b-paid", [1] * 12)])
    assert [group.label for group in drawn.groups] == [w if at % 2 == 0 else "" for at, w in enumerate(weeks)]
    assert all(
        group.label for group in drawing.bars([f"Nov {d}" for d in range(10, 22)], [("b", [1] * 12)]).groups
    )
