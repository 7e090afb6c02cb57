"""A small scenario that several tests play: one short flight and two partners."""

ONE_CASE = """
id: one-case
title: One launch watched by two partners
sources: ['A case of joint-warning']
partners: [ru, cn]
launches:
  - id: philippine-sea-to-primorye
    booster: trident-d5
    time: 2026-08-20T20:00:00Z
    from: {lat_deg: 15.0, lon_deg: 140.0}
    trajectory: {to: {lat_deg: 43.0, lon_deg: 132.0}, depressed: true}
"""
