"""The ERP, with public OData v4 clients."""
