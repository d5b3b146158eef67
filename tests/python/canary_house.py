"""A house of every table, whose personal and free-text fields are canaries, for a whole run."""

from __future__ import annotations

from pathlib import Path

from landing_helpers import write

# Three calls offered on one day, one hung up in the queue: 2 of 3 answered. The last event.
_CALLS = """call_id,direction,customer_id,caller_number,started_at,queued_at,answered_at,ended_at,n
1,inbound,,06 39 98 11 22,2025-01-06 09:00,2025-01-06 09:00,2025-01-06 09:00:10,2025-01-06 09:05,
2,inbound,K-BOB-8802,,2025-01-06 10:00,2025-01-06 10:00,2025-01-06 10:00:30,2025-01-06 10:05,Bób
3,inbound,,+49 30 23125 471,2025-01-06 11:00,2025-01-06 11:00,,2025-01-06 11:02,anne kanari
4,inbound,K-ANNE-7301,0033 6 39 98 11 22,Änne Kanarí-Ζ,,,2025-01-06 11:02,+33639981122
"""
_TABLES = {
    "agents.csv": "agent_id,team\na1,care\n",
    "agent_absences.csv": "agent_id,starts_on,ends_on,kind\na1,2025-01-02,2025-01-03,sick\n",
    "customers.csv": """customer_id,segment,country,acquired_on,name,e_mail
K-ANNE-7301,consumer,fr,2024-01-01,Änne Kanarí-Ζ,Anne.Kanari@Example.com
K-BOB-8802,business,DE,2024-01-02,Bób Kanarí,bob.kanari@example.com
K-BOB-8802,business,DE,Bób Kanarí,,
""",
    "customer_identifiers.csv": """kind,value,customer_id
phone,+33639981122,K-ANNE-7301
phone,+33 1 99 00 47 11,K-ANNE-7301
email,anne.kanari@example.com,K-ANNE-7301
phone,+33 6 39 98 55 66,K-BOB-8802
letter,anne kanari,K-ANNE-7301
""",
    # A response before its ticket, which is odd and not refused; so is an event of no ticket.
    "tickets.csv": """ticket_id,customer_id,channel,agent_id,status,created_at,first_response_at,s
t1,K-ANNE-7301,email,a1,open,2025-01-06 08:00,2025-01-06 07:00,from Änne Kanarí-Ζ
t2,K-BOB-8802,chat,a1,closed,2025-01-05 12:00,2025-01-05 13:00,call +33 6 39 98 55 66
t3,anne.kanari@example.com,email,,open,2025-01-05 12:00,,
t4,K-ANNE-7301,email,,open,anne.kanari@example.com,,anne kanari
""",
    "ticket_events.csv": """event_id,ticket_id,occurred_at,event,agent_id,text
e1,t2,2025-01-05 12:30,agent_message,a1,Dear Bób Kanarí
e2,nowhere,2025-01-05 12:40,customer_message,,06 39 98 11 22 is my number
e3,t2,2025-01-05 12:50,Bób Kanarí,,
""",
    "reviews.csv": """review_id,customer_id,order_id,product_id,platform,rating,posted_at,author,t
r1,K-ANNE-7301,o1,lamp,shop,5,2025-01-05 13:00,anne kanari,call me on +33639981122
r2,K-BOB-8802,,,stars,+33 6 39 98 55 66,2025-01-05 13:00,Bób Kanarí,
""",
    "orders.csv": """order_id,customer_id,status,ordered_at,amount,ship_to
o1,K-ANNE-7301,delivered,2025-01-02 12:00,10,Änne Kanarí-Ζ
o2,K-BOB-8802,placed,2025-01-03 12:00,20,Bób Kanarí
o3,K-ANNE-7301,placed,2025-01-04 12:00,bob.kanari@example.com,
""",
    "order_items.csv": """order_id,line_number,product_id,quantity,unit_price,engraving
o1,1,lamp,1,10,anne kanari
o2,1,lamp,2,10,
o2,2,lamp,Bób Kanarí,10,
""",
    "products.csv": "product_id,name,category\nlamp,Lamp,lighting\n",
    "order_claims.csv": """claim_id,order_id,kind,opened_at,story
c1,o1,complaint,2025-01-05 12:00,Anne.Kanari@Example.com is cross
c2,o1,Bób Kanarí,2025-01-05 12:00,
""",
    "subscriptions.csv": """subscription_id,term_number,customer_id,starts_on,ends_on,amount,payer
s1,1,K-ANNE-7301,2024-01-01,2025-01-01,100,Änne Kanarí-Ζ
s1,2,K-ANNE-7301,2025-01-01,2026-01-01,100,Änne Kanarí-Ζ
s2,1,K-BOB-8802,2024-01-01,Bób Kanarí,100,
""",
    "surveys.csv": """survey_id,kind,customer_id,call_id,ticket_id,responded_at,score,comment
v1,nps,K-ANNE-7301,1,,2025-01-06 10:00,9,says Änne Kanarí-Ζ
v2,nps,anne.kanari@example.com,,t2,2025-01-05 14:00,3,bob.kanari@example.com
v3,nps,K-BOB-8802,,,2025-01-05 14:00,06 39 98 11 22,
""",
}


def write_canary_house(folder: Path) -> list[Path]:
    """Write two sources of fourteen tables in all; gives their folders."""
    return [
        write(folder / "telephony", {"calls.csv": _CALLS}),
        write(folder / "shop", {**_TABLES}),
    ]
