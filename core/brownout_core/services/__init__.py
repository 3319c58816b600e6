"""What a service does for an application, whichever vendor stands behind it: interfaces, and the words that they use.

- `assistant.py`  text from a language model
- `auth.py`       who somebody is, and what he belongs to
- `communication.py`  mails and text messages
- `edge.py`       names that lead to a site, copies of its pages, small values
- `orders.py`     orders that are handed in once, found, cancelled
- `secrets.py`    secrets and credentials that are lent
- `signing.py`    contracts that people sign
- `storage.py`    rows and files
- `work_orders.py`  stock that is reserved, and work orders
"""
